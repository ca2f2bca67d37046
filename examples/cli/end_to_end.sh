#!/bin/bash
# end_to_end.sh <behaviour> <eddy-stream> <chicago_ridership.csv>: fails unless the program behaves.
set -euo pipefail

behaviour=$1 program=$2 data=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

wrong() {
  echo "$behaviour: $*" >&2
  for log in *.log; do [ ! -e "$log" ] || sed "s/^/$log: /" "$log" >&2; done
  exit 1
}
# ends_with <exit code> <command…>
ends_with() {
  local expected=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" -eq "$expected" ]
}
# until_holds <command…>: waits up to a minute.
until_holds() {
  for _ in $(seq 600); do
    "$@" && return
    sleep 0.1
  done
  wrong "waited in vain: $*"
}
has_lines() { [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]; }

small='--hidden 8 --window 8'

case $behaviour in
  learns)
    "$program" "$data" --target ridership --metrics >out.csv 2>learns.log
    [ "$(wc -l <out.csv)" -eq 5699 ] || wrong "not a row for each row"
    # Beats persistence by a third, over all.
    awk '/^model/ { model = $2 } /^persistence/ { exit !(model > 0 && model < 0.67 * $2) }' learns.log ||
      wrong "no better than persistence"
    ;;
  kill)
    "$program" "$data" $small >whole.csv 2>/dev/null
    mkfifo pipe
    "$program" - $small --checkpoint state --save-rows 1000 --save-seconds 0 <pipe >first.csv 2>kill.log &
    process=$!
    exec 3>pipe
    head -n 3501 "$data" >&3
    until_holds has_lines first.csv 3501
    kill -9 $process
    exec 3>&-
    wait $process 2>/dev/null || true
    "$program" "$data" $small --checkpoint state >second.csv 2>>kill.log
    # The latest checkpoint is that of row 3000.
    tail -n +3002 whole.csv | cmp - second.csv || wrong "another output after a kill"
    ;;
  terminate)
    "$program" "$data" $small --horizon 3 >whole.csv 2>/dev/null
    for signal in TERM INT; do
      rm -f pipe state && mkfifo pipe
      # A shell lets what it runs in the background ignore SIGINT; Python gives it back its meaning.
      python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])' \
        "$program" - $small --horizon 3 --checkpoint state <pipe >first.csv 2>terminate.log &
      process=$!
      exec 3>pipe
      head -n 2346 "$data" >&3
      until_holds has_lines first.csv 2346
      kill -$signal $process
      ends_with 0 wait $process || wrong "SIG$signal: not a clean exit"
      grep -q "stopped by SIG$signal after row 2345; saved to state" terminate.log || wrong "SIG$signal: says nothing"
      exec 3>&-
      "$program" "$data" $small --horizon 3 --checkpoint state >second.csv 2>>terminate.log
      cat first.csv second.csv | cmp - whole.csv || wrong "SIG$signal: another output"
    done
    ;;
  bad_lines)
    { printf 'a,b\n'; for i in $(seq 100); do printf '%d,%d\nx,1\n1,2,3\n"1,2\n' "$i" $((i % 7)); done; } >in.csv
    "$program" in.csv >out.csv 2>bad.log
    [ "$(wc -l <out.csv)" -eq 101 ] || wrong "not a row for each good line"
    grep -q 'in.csv:3: column "a": "x" is not a finite number: skipped' bad.log || wrong "no word about text"
    grep -q 'in.csv:4: 3 fields, expected 2: skipped' bad.log || wrong "no word about fields"
    grep -q 'in.csv:5: a quoted field does not end on its line: skipped' bad.log || wrong "no word about quotes"
    grep -q '100 rows, .* 300 bad lines skipped' bad.log || wrong "not all counted"
    [ "$(grep -c ': skipped' bad.log)" -le 20 ] || wrong "floods"
    # Bad lines in front of the first good one do not choose the columns.
    tail -n +2 out.csv >good.csv
    for first in 'x,y' '1' 'x,2' '"1,2'; do
      { printf 'a,b\n%s\n' "$first" && tail -n +2 in.csv; } | "$program" --target a 2>bad.log | tail -n +2 | cmp - good.csv ||
        wrong "$first in front: other rows"
      grep -q 'standard input:2: .*: skipped' bad.log || wrong "$first in front: no word"
      grep -q '100 rows, .* 301 bad lines skipped' bad.log || wrong "$first in front: not counted"
    done
    printf 'a,b\nx,y\n1,2\n' | "$program" >out.csv 2>bad.log
    grep -q '2: no number to predict, and no --target is named: skipped' bad.log || wrong "no word about text alone"
    [ "$(tail -n +2 out.csv)" = 1,1,, ] || wrong "text alone spoils the rest"
    printf 'a;b\nx;1\n' | ends_with 2 "$program" 2>bad.log >/dev/null || wrong "nothing read, and no word"
    grep -q 'not one good line in 1 line below the names of the columns, a;b' bad.log || wrong "does not name the columns"
    ;;
  jsonl)
    printf 'name "x",y\n"a \\ ""b"" \xff",1\ntab\there,2\n\xc3\xa4,\n' >in.csv
    "$program" in.csv --target y --keep 'name "x"' --output jsonl >out.jsonl 2>json.log
    python3 - <<'END' || wrong "no such JSON"
import json
rows = [json.loads(line) for line in open("out.jsonl", encoding="utf-8")]
assert [row['name "x"'] for row in rows] == ['a \\ "b" \ufffd', "tab\there", "\u00e4"], rows
assert [row["y"] for row in rows] == [1, 2, None], rows
assert rows[0]["y.expected"] is None and isinstance(rows[2]["y.expected"], (int, float)), rows
END
    ;;
  closed_pipe)
    set +e
    yes '1,2' | "$program" --no-header --no-progress --checkpoint state --save-rows 100 2>closed.log | head -n 1 >out.csv
    codes=("${PIPESTATUS[@]}")
    set -e
    [ "${codes[1]}" -eq 0 ] || wrong "exit code ${codes[1]}"
    grep -q 'the output was closed' closed.log || wrong "says nothing"
    ;;
  no_header)
    tail -n +2 "$data" | "$program" --no-header --target 2 --inputs 2,3 >out.csv 2>/dev/null
    "$program" "$data" --target ridership --inputs ridership,temperature >named.csv 2>/dev/null
    [ "$(head -n 1 out.csv)" = row,2,2.expected,2.ahead ] || wrong "another header"
    cmp <(tail -n +2 out.csv) <(tail -n +2 named.csv) || wrong "other rows"
    ;;
  quoted)
    sed 's/[^,]*/"&"/g' "$data" | "$program" >out.csv 2>/dev/null
    tr , ';' <"$data" | "$program" --separator ';' | tr ';' , >semicolons.csv 2>/dev/null
    "$program" "$data" >plain.csv 2>/dev/null
    cmp out.csv plain.csv || wrong "quotes make a difference"
    cmp semicolons.csv plain.csv || wrong "the separator makes a difference"
    ;;
  crlf)
    { printf '\xEF\xBB\xBF' && sed 's/$/\r/' "$data"; } | head -c -2 | "$program" >out.csv 2>/dev/null
    "$program" "$data" >plain.csv 2>/dev/null
    cmp out.csv plain.csv || wrong "line ends make a difference"
    ;;
  interactive)
    mkfifo in out
    "$program" --no-header <in >out 2>interactive.log &
    process=$!
    exec 3>in 4<out
    for i in 1 2 3 4 5; do
      echo "$i" >&3
      [ "$i" -gt 1 ] || read -r -t 20 header <&4 || wrong "no header"
      read -r -t 20 row <&4 || wrong "row $i does not come before the next line"
      case $row in "$i,$i,"*) ;; *) wrong "row $i is $row" ;; esac
    done
    exec 3>&-
    ends_with 0 wait $process || wrong "not a clean end"
    [ "$header" = row,1,1.expected,1.ahead ] || wrong "header $header"
    ;;
  damaged)
    "$program" "$data" $small --checkpoint state >/dev/null 2>&1
    cp state good
    size=$(stat -c %s state)
    flip() { # <byte>: one bit of it
      python3 -c 'import sys
with open("state", "r+b") as file:
    file.seek(int(sys.argv[1])); byte = file.read(1)[0]; file.seek(-1, 1); file.write(bytes([byte ^ 4]))' "$1"
    }
    for damage in empty cut longer flipped_text flipped_state; do
      cp good state
      case $damage in
        empty) : >state ;;
        cut) truncate -s $((size / 2)) state ;;
        longer) echo >>state ;;
        flipped_text) flip 120 ;;
        flipped_state) flip $((size - 400)) ;;
      esac
      cp state before
      ends_with 3 "$program" "$data" $small --checkpoint state 2>damaged.log >/dev/null ||
        wrong "$damage: another exit code"
      grep -q 'the checkpoint "state" is left as it is' damaged.log || wrong "$damage: says nothing"
      cmp state before || wrong "$damage: overwritten"
    done
    ;;
  other_options)
    "$program" "$data" --hidden 8 --checkpoint state >/dev/null 2>&1
    cp state before
    refuses() { # <message> <options…>
      local message=$1
      shift
      ends_with 3 "$program" "$data" --checkpoint state "$@" 2>options.log >/dev/null || wrong "$*: accepted"
      grep -q -- "$message" options.log || wrong "$*: does not say $message"
      cmp state before || wrong "$*: overwritten"
    }
    refuses '--hidden 8 instead of 16'
    refuses '--model lstm instead of gru' --hidden 8 --model gru
    refuses '--horizon 1 instead of 2' --hidden 8 --horizon 2
    refuses '--target ridership instead of rain' --hidden 8 --target rain
    refuses '--inputs ridership, temperature.* instead of rain' --hidden 8 --inputs rain
    sed 's/temperature/heat/' "$data" >renamed.csv
    data=renamed.csv refuses 'is of other columns' --hidden 8
    ;;
  changed_rate)
    # The learning rate is another from the row on at which the program goes on; unnamed, it stays.
    for model in lstm mixture; do
      run() { "$program" "$data" $small --model $model --checkpoint state "$@" 2>>rate.log; }
      rm -f state
      head -n 2001 "$data" | "$program" $small --model $model --learning-rate 0.01 --checkpoint state >/dev/null 2>rate.log
      cp state half
      run --learning-rate 0.01 --rolling 50 --warm-up 10 >same.csv && cp half state
      run >unnamed.csv && cp half state
      run --learning-rate 0.0001 --metrics >other.csv
      cmp same.csv unnamed.csv || wrong "$model: the learning rate does not stay"
      ! cmp -s same.csv other.csv || wrong "$model: the learning rate does not change"
      cmp <(head -n 1 same.csv | cut -d , -f 1-3) <(head -n 1 other.csv | cut -d , -f 1-3) || wrong "$model: forgets what it expected"
    done
    cp half state
    run --rolling 50 --metrics >/dev/null
    grep -q 'MAE last 50 ' rate.log || wrong "--rolling does not change"
    ;;
  live_resume)
    # A pipe goes on where it is, with or without its header; --resume skip begins anew.
    "$program" "$data" $small >whole.csv 2>/dev/null
    for header in 0 1; do
      rm -f state
      head -n 2001 "$data" | "$program" $small --checkpoint state >first.csv 2>live.log
      { head -n $header "$data"; tail -n +2002 "$data"; } | "$program" $small --checkpoint state >second.csv 2>>live.log
      cat first.csv second.csv | cmp - whole.csv || wrong "header $header: another output"
    done
    rm -f state
    head -n 2001 "$data" | "$program" $small --checkpoint state >first.csv 2>live.log
    cat "$data" | "$program" $small --checkpoint state --resume skip >second.csv 2>>live.log
    cat first.csv second.csv | cmp - whole.csv || wrong "skip: another output"
    head -n 3 "$data" | sed 's/ridership/riders/' | ends_with 3 "$program" $small --checkpoint state 2>>live.log >/dev/null ||
      wrong "goes on with other columns"
    "$program" "$data" $small --checkpoint state >third.csv 2>>live.log
    [ ! -s third.csv ] || wrong "learns twice"
    ;;
  missing)
    { echo x,y; for i in $(seq 300); do echo "$((i % 5)),$((i % 5 * 2))"; echo ,; echo "NaN,null"; done; } >in.csv
    for model in lstm least-squares echo-state mixture forecaster; do
      "$program" in.csv --target y --model $model --hidden 8 --output jsonl >out.jsonl 2>missing.log
      python3 - <<'END' || wrong "$model: not finite, or not missing"
import json, math
rows = [json.loads(line) for line in open("out.jsonl")]
assert len(rows) == 900
assert all(math.isfinite(row["y.ahead"]) for row in rows[3:])
assert all(row["y.ahead"] is None for row in rows[:3]), "nothing was learned before the fourth row"
assert [row["y"] for row in rows[-3:]] == [0, None, None]
END
    done
    ;;
  horizon)
    # What is expected for a row is what had been predicted ahead of it, and the score is of the very same. The
    # eighth row is the first whose target can be learned from.
    "$program" "$data" --horizon 7 --model least-squares --lags 8 --metrics >out.csv 2>horizon.log
    python3 - <<'END' || wrong "predictions and metrics do not agree"
import csv, re
rows = list(csv.DictReader(open("out.csv")))
truth = [float(row["ridership"]) for row in rows]
assert all(row["ridership.ahead"] == "" for row in rows[:7]) and rows[7]["ridership.ahead"] != ""
assert all(row["ridership.expected"] == "" for row in rows[:7])
assert all(rows[i]["ridership.expected"] == rows[i - 7]["ridership.ahead"] for i in range(7, len(rows)))
model = [abs(float(rows[i]["ridership.expected"]) - truth[i]) for i in range(14, len(rows))]
persistence = [abs(truth[i] - truth[i - 7]) for i in range(14, len(rows))]
log = open("horizon.log").read()
for name, errors in ("model", model), ("persistence", persistence):
    said = [float(number) for number in re.search(rf"^{name} +(.*)$", log, re.M).group(1).split()]
    rms = lambda values: (sum(value * value for value in values) / len(values)) ** 0.5
    found = [sum(errors) / len(errors), rms(errors), sum(errors[-500:]) / 500, rms(errors[-500:])]
    assert all(abs(a - b) <= 1e-4 * b for a, b in zip(said, found)), (name, said, found)
END
    ;;
  misuse)
    code() { ends_with "$1" "$program" "${@:2}" >/dev/null 2>misuse.log; }
    code 0 --help || wrong "no help"
    code 2 --hiden 3 || wrong "an unknown option"
    code 2 "$data" --target nobody || wrong "an unknown column"
    grep -q 'no column "nobody"; the columns are: date, ridership' misuse.log || wrong "does not name the columns"
    code 2 "$data" --model forecaster --target 2,3 || wrong "two targets"
    code 1 nowhere.csv || wrong "a file that is not there"
    code 1 "$data" --checkpoint nowhere/state || wrong "a folder that is not there"
    code 0 --no-header <(printf '1,2\n3,4\n') || wrong "no rows of numbers"
    ! grep -q -e --no-header misuse.log || wrong "warns of a header that is none"
    code 0 <(printf '1,2\n3,4\n') || wrong "a header of numbers"
    grep -q 'if it is a row, say --no-header' misuse.log || wrong "says nothing of a header of numbers"
    code 0 /dev/null || wrong "an empty input"
    ;;
  *) wrong "there is no such test" ;;
esac
