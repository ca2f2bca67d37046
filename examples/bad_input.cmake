# forecast refuses what it cannot read, with file, line and column, or leaves it out where that was asked for.
set(empty "${CMAKE_CURRENT_BINARY_DIR}/empty.csv")
set(text "${CMAKE_CURRENT_BINARY_DIR}/text.csv")
set(ragged "${CMAKE_CURRENT_BINARY_DIR}/ragged.csv")
set(weeks "${CMAKE_CURRENT_BINARY_DIR}/weeks.csv")
set(rows)
set(week_rows)
foreach(day RANGE 10 31)
  math(EXPR riders "${day} * ${day} % 17")
  string(APPEND rows "2024-01-${day},${riders}\n")
  string(APPEND week_rows "2024 week ${day} day 1,${riders}\n")
endforeach()
file(WRITE "${empty}" "")
file(WRITE "${text}" "day,riders\n2024-01-01,1\n2024-01-02,two\n${rows}")
file(WRITE "${weeks}" "day,riders\n${week_rows}")
file(WRITE "${ragged}" "day,riders\n2024-01-01,1\n2024-01-02\n2024-01-03,nan\n2024-01-04,four\n${rows}")

# eddy_forecast_refuses(<test> <message> <arguments>...): the message comes, and the program fails.
function(eddy_forecast_refuses name message)
  set(program "$<TARGET_FILE:forecast>" --no-progress --picture none ${ARGN})
  add_test(NAME stream.forecast_names_${name} COMMAND ${program})
  add_test(NAME stream.forecast_fails_on_${name} COMMAND ${program})
  set_tests_properties(stream.forecast_names_${name} PROPERTIES LABELS stream PASS_REGULAR_EXPRESSION "${message}")
  set_tests_properties(stream.forecast_fails_on_${name} PROPERTIES LABELS stream WILL_FAIL TRUE)
endfunction()

eddy_forecast_refuses(a_missing_file "nowhere.csv: cannot be opened" nowhere.csv)
eddy_forecast_refuses(an_empty_file "empty.csv: is empty" "${empty}")
eddy_forecast_refuses(an_unknown_column "text.csv:1: no column \"nobody\"" "${text}" --target nobody)
eddy_forecast_refuses(text "text.csv:3: column \"riders\": \"two\" is not a number" "${text}" --target riders)
eddy_forecast_refuses(a_date_of_no_form "weeks.csv:2: column \"day\": .* is in no form of a time that is known" "${weeks}"
                      --date day)
eddy_forecast_refuses(a_ragged_row "ragged.csv:3: 1 cell where the header has 2" "${ragged}" --target riders)

add_test(NAME stream.forecast_skips_and_counts_bad_rows
         COMMAND forecast --no-progress --picture none "${ragged}" --target riders --skip-bad-rows)
set_tests_properties(stream.forecast_skips_and_counts_bad_rows PROPERTIES LABELS stream
                     PASS_REGULAR_EXPRESSION "bad rows skipped: 3")

add_test(NAME stream.forecast_says_what_looks_like_dates COMMAND forecast --no-progress --picture none "${weeks}")
set_tests_properties(stream.forecast_says_what_looks_like_dates PROPERTIES LABELS stream
                     PASS_REGULAR_EXPRESSION "column \"day\": \"2024 week 10 day 1\" looks like a time")
