# forecast refuses what it cannot read, with file, line and column, or leaves it out where that was asked for.
set(bad "${CMAKE_CURRENT_BINARY_DIR}/bad.csv")
set(text "day,riders\n2024-01-01,1\n2024-01-02,two\n2024-01-03\n2024-01-04,nan\n")
foreach(day RANGE 10 31)
  math(EXPR riders "${day} * ${day} % 17")
  string(APPEND text "2024-01-${day},${riders}\n")
endforeach()
file(WRITE "${bad}" "${text}")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/empty.csv" "")

# eddy_forecast_refuses(<test> <message> <arguments>...): the message comes, and the program fails.
function(eddy_forecast_refuses name message)
  set(program "$<TARGET_FILE:forecast>" --no-progress --picture none ${ARGN})
  add_test(NAME stream.forecast_names_${name} COMMAND ${program})
  add_test(NAME stream.forecast_fails_on_${name} COMMAND ${program})
  set_tests_properties(stream.forecast_names_${name} PROPERTIES LABELS stream PASS_REGULAR_EXPRESSION "${message}")
  set_tests_properties(stream.forecast_fails_on_${name} PROPERTIES LABELS stream WILL_FAIL TRUE)
endfunction()

eddy_forecast_refuses(missing_file "nowhere.csv: cannot be opened" nowhere.csv)
eddy_forecast_refuses(empty_file "empty.csv: is empty" "${CMAKE_CURRENT_BINARY_DIR}/empty.csv")
eddy_forecast_refuses(unknown_column "bad.csv:1: no column \"nobody\"" "${bad}" --target nobody)
eddy_forecast_refuses(text "bad.csv:3: column \"riders\": \"two\" is not a number" "${bad}" --target riders)

add_test(NAME stream.forecast_skips_bad_rows
         COMMAND forecast --no-progress --picture none "${bad}" --target riders --skip-bad-rows)
set_tests_properties(stream.forecast_skips_bad_rows PROPERTIES LABELS stream
                     PASS_REGULAR_EXPRESSION "bad rows skipped: 3.*22 rows|22 rows.*bad rows skipped: 3")
