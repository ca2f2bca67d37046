# text learns what it reads, and refuses what it cannot read.
set(nothing "${CMAKE_CURRENT_BINARY_DIR}/nothing.txt")
set(verses "${CMAKE_CURRENT_BINARY_DIR}/verses.txt")
file(WRITE "${nothing}" "")
string(REPEAT "Row, row, row your boat, gently down the stream.\n" 100 rounds)
file(WRITE "${verses}" "${rounds}")

# eddy_text_says(<test> <message> <arguments>...)
function(eddy_text_says name message)
  add_test(NAME stream.text_${name} COMMAND text --hidden 16 --context-bits 10 ${ARGN})
  set_tests_properties(stream.text_${name} PROPERTIES LABELS stream PASS_REGULAR_EXPRESSION "${message}")
endfunction()

# eddy_text_refuses(<test> <message> <arguments>...): the message comes, and the program fails.
function(eddy_text_refuses name message)
  eddy_text_says(names_${name} "${message}" ${ARGN})
  add_test(NAME stream.text_fails_on_${name} COMMAND text ${ARGN})
  set_tests_properties(stream.text_fails_on_${name} PROPERTIES LABELS stream WILL_FAIL TRUE)
endfunction()

# 4,900 bytes of one line again and again: a third of a bit is far more than it takes, and far less than one pass without
# learning would.
eddy_text_says(learns_a_line ": 4,900 bytes .*; 0\\.[0-2][0-9]* bits a byte" "${verses}")
eddy_text_says(learns_a_line_without_contexts "; [01]\\.[0-9]* bits a byte" "${verses}" --contexts 0 --learning-rate 0.01)
eddy_text_says(learns_with_two_layers_of_gru "; 0\\.[0-2][0-9]* bits a byte" "${verses}" --layers 2 --cell gru)
eddy_text_says(stops_at_its_limit ": 1,000 bytes " "${verses}" --limit 1000)
eddy_text_says(runs_out_of_classes "\n7 different bytes" "${verses}" --classes 8)
eddy_text_refuses(a_missing_file "nowhere.txt: cannot be opened" nowhere.txt)
eddy_text_refuses(an_empty_file "nothing.txt: is empty" "${nothing}")
eddy_text_refuses(a_folder "cannot be read" "${CMAKE_CURRENT_SOURCE_DIR}")
eddy_text_refuses(a_learning_rate_that_is_none "--learning-rate" "${verses}" --learning-rate nan)
eddy_text_refuses(no_file "file is required")
