# What all consumers do once they have found eddy::eddy.
add_executable(consumer "${CMAKE_CURRENT_LIST_DIR}/main.cpp")
target_link_libraries(consumer PRIVATE eddy::eddy)

# Nothing but include folders, libraries and C++20 may reach a consumer.
foreach(property IN ITEMS INTERFACE_COMPILE_OPTIONS INTERFACE_COMPILE_DEFINITIONS)
  get_target_property(value eddy::eddy ${property})
  if(value)
    message(FATAL_ERROR "eddy::eddy has ${property} ${value}")
  endif()
endforeach()
foreach(target IN ITEMS eddy_warnings eddy_tests forecast)
  if(TARGET ${target})
    message(FATAL_ERROR "${target} has reached a consumer")
  endif()
endforeach()

# Parts that are asked for, and those that are there without.
foreach(part IN ITEMS mpi safetensors)
  string(TOUPPER "EDDY_WITH_${part}" with)
  if(TARGET eddy::${part})
    add_executable(consumer_of_${part} "${CMAKE_CURRENT_LIST_DIR}/${part}.cpp")
    target_link_libraries(consumer_of_${part} PRIVATE eddy::${part})
  elseif(${with})
    message(FATAL_ERROR "there is no eddy::${part}")
  endif()
endforeach()
