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
    { printf 'a,b\n'; for i in $(seq 100); do printf '%d,%d\n1,2,3\n' "$i" $((i % 7)); done; printf '"1,2\nx,1\n'; } >in.csv
    # More than half of the lines are bad: all rows are there, and yet it is no success.
    ends_with 2 "$program" in.csv >out.csv 2>bad.log || wrong "another exit code"
    [ "$(wc -l <out.csv)" -eq 102 ] || wrong "not a row for each row"
    grep -q 'in.csv:3: 3 fields, expected 2.*: skipped' bad.log || wrong "no word about fields"
    grep -q '101 rows, .* 101 bad lines skipped' bad.log || wrong "not all counted"
    grep -q 'most lines are bad' bad.log || wrong "no last word"
    [ "$(grep -c ': skipped' bad.log)" -le 20 ] || wrong "floods"
    grep -v ,3 in.csv | "$program" >out.csv 2>bad.log
    grep -q 'input:88: a quoted field does not end on its line: skipped' bad.log || wrong "no word about quotes"
    grep -q 'input:89: column "a": "x" is not a finite number: a row without a label' bad.log || wrong "no word about text"
    [ "$(tail -n 1 out.csv | cut -d , -f 1-2)" = 87, ] || wrong "the row without a label is not there"
    # Bad lines in front of the first good one do not choose the columns.
    grep -v -e ,3 -e x -e '"' in.csv >good.csv
    "$program" good.csv --target a 2>/dev/null | tail -n +2 >expected.csv
    for first in '1' '"1,2' '1,2,3'; do
      { printf 'a,b\n%s\n' "$first" && tail -n +2 good.csv; } | "$program" --target a 2>bad.log | tail -n +2 | cmp - expected.csv ||
        wrong "$first in front: other rows"
      grep -q 'standard input:2: .*: skipped' bad.log || wrong "$first in front: no word"
      grep -q ' 1 bad line skipped' bad.log || wrong "$first in front: not counted"
    done
    printf 'a;b\nx;1\n' | ends_with 2 "$program" 2>bad.log >/dev/null || wrong "nothing read, and no word"
    grep -q 'not one good line in 1 line below the names of the columns, a;b' bad.log || wrong "does not name the columns"
    # 300 bad ones of 3,000 are none of a thousand; 600 bad ones are most of the last thousand.
    { echo a,b; seq 3000 | awk '{ print (NR > 2400 || NR % 10 == 0) ? "1" : NR % 7 ",2" }'; } >late.csv
    ends_with 2 "$program" late.csv >/dev/null 2>bad.log || wrong "most of a late thousand"
    head -n 2401 late.csv | "$program" >/dev/null 2>bad.log || wrong "one bad line in ten is no failure"
    { echo a,b; for i in $(seq 300); do echo ' ,x'; done; } | ends_with 2 "$program" --target a >/dev/null 2>bad.log || wrong "nothing to predict"
    grep -q 'not one number to predict in 300 rows of a' bad.log || wrong "nothing to predict, and no word"
    ;;
  fields)
    # A field that cannot be read costs itself: no row, so that season and horizon stay.
    load() { # <marker>
      awk -v m="$1" 'BEGIN { srand(3); print "load,hum"; for (t = 0; t < 1500; t++) { h = t % 24
        printf "%.2f,%s\n", 100 + 60 * (h >= 8 && h < 18) + 4 * rand(), rand() < .03 ? m : sprintf("%.2f", 50 + rand()) } }'
    }
    load '' | "$program" --target load --model forecaster --season 24 >empty.csv 2>fields.log
    ! grep -q 'taken for' fields.log || wrong "tells of empty fields"
    load '?' | "$program" --target load --model forecaster --season 24 >out.csv 2>fields.log
    cmp out.csv empty.csv || wrong "a marker costs the season"
    load '' | "$program" --target load --model least-squares --lags 24 >empty.csv 2>fields.log
    for marker in '?' - -- . None n/a N/A '#N/A' '<NA>' NaT Null MM '***' '\N' inf 1e999 'out of order' "$(printf '\351')"; do
      load "$marker" | "$program" --target load --model least-squares --lags 24 >out.csv 2>fields.log
      cmp out.csv empty.csv || wrong "$marker: another forecast"
      case $marker in N/A) continue ;; esac
      [ "$(grep -c 'input:[0-9]*: column "hum": .*taken for a missing value' fields.log)" -eq 1 ] || wrong "$marker: not told once"
      grep -q 'fields taken for missing values: hum 4[0-9]$' fields.log || wrong "$marker: not counted"
    done
    load -999 | "$program" --target load --model least-squares --lags 24 --missing -999 >out.csv 2>fields.log
    cmp out.csv empty.csv || wrong "--missing: another forecast"
    load -999.00 | "$program" --target load --model least-squares --lags 24 --missing -200,-999 >out.csv 2>fields.log
    cmp out.csv empty.csv || wrong "--missing is a number: another forecast"
    ! grep -q 'taken for' fields.log || wrong "--missing: tells of it"
    ;;
  undecided)
    # A column that is empty at first is not yet known.
    rows() { # <first field> <later field>
      awk -v a="$1" -v b="$2" 'BEGIN { print "when,quality,temp"
        for (t = 0; t < 300; t++) printf "2024-01-01 %02d:%02d,%s,%.2f\n", t / 60, t % 60, t < 2 ? a : b, 20 + 5 * sin(t / 10) }'
    }
    for first in '' '""' NA '?' -; do
      rows "$first" Y >in.csv
      "$program" in.csv --target temp >out.csv 2>undecided.log
      [ "$(wc -l <out.csv)" -eq 301 ] || wrong "text after $first: rows are lost"
      grep -q 'from quality, temp; empty so far: quality; left out as text: when' undecided.log || wrong "$first: does not tell its choice"
      grep -q 'in.csv:4: column "quality": "Y" .* taken for text, and not learned from' undecided.log || wrong "$first: does not tell that it is text"
    done
    # It is learned from as soon as it shows numbers, and not predicted in place of a column that has some.
    rows '' 7 | "$program" >out.csv 2>undecided.log
    grep -q 'predicting quality, 1 row ahead, from quality, temp' undecided.log || wrong "the first column of numbers is another"
    [ "$(sed -n '4p;301p' out.csv | cut -d , -f 2 | tr '\n' ' ')" = '7 7 ' ] || wrong "rows are lost while it waits"
    { echo a,b; for i in $(seq 300); do echo ",$((i % 9))"; done; } | "$program" >out.csv 2>undecided.log
    grep -q 'predicting b' undecided.log || wrong "waits for ever"
    [ "$(wc -l <out.csv)" -eq 301 ] || wrong "rows are lost where a column stays empty"
    # What was never there teaches nothing: a target that comes late is predicted as if it had been there from the start.
    late() { # <rows without it>
      awk -v n="$1" 'BEGIN { print "year,day,temp,quality"
        for (t = 0; t < n; t++) printf "%d,%d,,\n", 1900 + t / 365, t % 28
        for (t = 0; t < 500; t++) printf "%d,%d,%.1f,Y\n", 1900 + (n + t) / 365, t % 28, 20 + 5 * sin(t / 10) }'
    }
    for model in lstm least-squares echo-state forecaster; do
      for n in 0 1500; do
        late $n | "$program" --target temp --model $model --metrics 2>&1 >/dev/null | awk '/^model/ { print $2 }'
      done | tr '\n' ' ' | awk '{ exit !($1 > 0 && $2 > 0 && $2 < 1.25 * $1) }' || wrong "$model: rows without a target spoil what follows"
    done
    # Columns that were not named cost nothing, whatever they hold.
    { echo x,y; for i in $(seq 200); do echo "$((i % 5)),$((i % 3 ? i : 0))"; echo "$((i % 5)),text $i"; done; } >in.csv
    "$program" in.csv >out.csv 2>undecided.log && [ "$(wc -l <out.csv)" -eq 401 ] || wrong "a column of all sorts"
    ;;
  units)
    rows() { awk 'BEGIN { for (t = 0; t < 200; t++) printf "2024-01-01 %02d:%02d,%.2f,50\n", t / 60, t % 60, 20 + 5 * sin(t / 10) }'; }
    { echo time,temp,hum; rows; } | "$program" >plain.csv 2>units.log
    for units in ',degC,%' ',°C,' '"","degC","%"' 'TS,[°C],-' ',W/m2,10^3 m' $'TS,Celsius,%\n,Avg,Smp'; do
      { echo time,temp,hum; echo "$units"; rows; } >in.csv
      for options in '' '--target temp'; do
        "$program" in.csv $options >out.csv 2>units.log || wrong "$units: another exit code"
        cmp out.csv plain.csv || wrong "$units: other rows"
        grep -q 'in.csv:2: .* is taken for units or the like, not for a row' units.log || wrong "$units: no word"
        grep -q '200 rows, .* 0 bad lines skipped' units.log || wrong "$units: counted as bad"
      done
    done
    # A row without numbers is a row where what is below it does not say otherwise.
    { echo time,temp,hum; echo '2024-01-01 00:00,,'; echo '2024-01-01 00:01,?,'; rows; } >in.csv
    for options in '' '--target temp'; do
      "$program" in.csv $options >out.csv 2>units.log
      [ "$(wc -l <out.csv)" -eq 203 ] || wrong "rows without numbers are lost $options"
    done
    ;;
  rotated)
    weather() { awk -v n="$1" -v level="$2" 'BEGIN { srand(level); print "temp,hum"; for (t = 0; t < n; t++) printf "%.2f,%.2f\n", level + 5 * sin(t / 10) + rand(), 50 + 10 * cos(t / 17) }'; }
    begun() { # <input…>: a checkpoint of 300 lines
      rm -f state && weather 300 20 >log.csv && "$program" log.csv $small --checkpoint state >/dev/null 2>&1
    }
    for length in 1 2 7 299 300 301 350; do
      begun && weather "$length" 500 >log.csv
      "$program" log.csv $small --checkpoint state >out.csv 2>rotated.log || wrong "$length new lines: another exit code"
      [ "$(wc -l <out.csv)" -eq "$length" ] || wrong "$length new lines: $(wc -l <out.csv) of them read"
      grep -q 'log.csv is not the file that the checkpoint "state" was made from' rotated.log || wrong "$length new lines: no word"
      # And from there it goes on.
      awk 'BEGIN { for (t = 0; t < 9; t++) print t ",1" }' >>log.csv
      "$program" log.csv $small --checkpoint state >out.csv 2>rotated.log
      [ "$(wc -l <out.csv)" -eq 9 ] || wrong "$length new lines and 9 more: $(wc -l <out.csv) read"
    done
    # One other byte, far behind the beginning.
    begun && sed -i '299s/.*/1,1/' log.csv
    "$program" log.csv $small --checkpoint state >out.csv 2>rotated.log
    [ "$(wc -l <out.csv)" -eq 300 ] || wrong "a changed line is not found"
    # The same file, cut short or empty: nothing is learned twice.
    for length in 0 1 2 100 301; do
      begun && head -n "$length" log.csv >short.csv && mv short.csv log.csv
      "$program" log.csv $small --checkpoint state >out.csv 2>rotated.log || wrong "cut to $length: another exit code"
      [ ! -s out.csv ] || wrong "cut to $length: learned twice"
    done
    # A pipe that begins anew can be told apart by its first line; later on it is too late.
    begun
    weather 350 500 | "$program" $small --checkpoint state --resume skip >out.csv 2>rotated.log
    [ "$(wc -l <out.csv)" -eq 350 ] || wrong "another pipe is skipped"
    begun && cp state before
    { head -n 100 log.csv; weather 350 500 | tail -n +2; } | ends_with 3 "$program" $small --checkpoint state --resume skip 2>rotated.log >out.csv ||
      wrong "a pipe that differs later is accepted"
    cmp state before || wrong "the checkpoint is overwritten"
    # Columns in another order, and more of them.
    begun && weather 200 500 | awk -F , '{ print $2 "," (NR == 1 ? "co2" : 7) "," $1 }' >log.csv
    "$program" log.csv $small --checkpoint state >moved.csv 2>rotated.log || wrong "columns that moved are refused"
    begun && weather 200 500 >log.csv && "$program" log.csv $small --checkpoint state >out.csv 2>rotated.log
    cmp moved.csv out.csv || wrong "columns that moved are mistaken"
    ;;
  dialects)
    # The same numbers, however they are written.
    awk 'BEGIN { print "day;price"; for (t = 0; t < 300; t++) printf "%d;%.1f\n", t, 100000 + 99000 * sin(t / 20) }' >plain.csv
    "$program" plain.csv --separator ';' --target price >plain.out 2>/dev/null
    written() { # <thousands> <decimal>
      awk -F ';' -v g="$1" -v d="$2" 'NR == 1 { print; next }
        { split($2, n, "."); w = n[1]; if (g != "") while (match(w, /[0-9][0-9][0-9][0-9]($|[^0-9])/)) w = substr(w, 1, RSTART) g substr(w, RSTART + 1)
          print $1 ";" w d n[2] }' plain.csv
    }
    try() { # <thousands> <decimal> <options…>
      written "$1" "$2" >in.csv
      "$program" in.csv --separator ';' --target price "${@:3}" >out.csv 2>dialect.log || wrong "$1 $2: another exit code"
      cmp out.csv plain.out || wrong "$1 $2: other numbers"
    }
    try '' , --decimal ,
    try , . --thousands ,
    try . , --thousands . --decimal ,
    try ' ' , --thousands ' ' --decimal ,
    try "'" . --thousands "'"
    try $'\u202f' , --thousands $'\u202f' --decimal ,
    # What is not asked for is not guessed, but said.
    written '' , >in.csv
    ends_with 2 "$program" in.csv --separator ';' --target price >/dev/null 2>dialect.log || wrong "decimal commas, and no failure"
    grep -q '"100000,0" looks like a number with a decimal comma (--decimal ",")' dialect.log || wrong "no word of decimal commas"
    "$program" in.csv --separator ';' >/dev/null 2>dialect.log
    grep -q 'column "price" is left out as text, but "100000,0" looks like' dialect.log || wrong "no word of the column that is left out"
    written , . | ends_with 2 "$program" --separator ';' --target price >/dev/null 2>dialect.log || wrong "thousands, and no failure"
    grep -q '"100,000.0" looks like a number with thousands separators (--thousands ",")' dialect.log || wrong "no word of thousands"
    ends_with 2 "$program" in.csv --decimal , --thousands , 2>dialect.log || wrong "one sign for both"
    ends_with 2 "$program" in.csv --thousands 00 2>dialect.log || wrong "digits between thousands"
    ;;
  headers)
    # Files one behind the other, the second of other columns.
    { echo temp,hum; for i in $(seq 200); do echo "$((i % 9)),$((i % 5))"; done; } >one.csv
    { cat one.csv; tail -n +2 one.csv; } | "$program" >plain.csv 2>/dev/null
    joined() { # <awk program>
      { cat one.csv; awk -F , -v OFS=, "$1" one.csv; } >in.csv
      "$program" in.csv >out.csv 2>headers.log || wrong "$1: another exit code"
      [ "$(grep -c 'in.csv:202: another header' headers.log)" -eq 1 ] || wrong "$1: not told once"
      grep -q '400 rows, .* 0 bad lines skipped' headers.log || wrong "$1: rows are lost"
    }
    joined '{ print $0 (NR == 1 ? ",co2" : ",400") }' && cmp out.csv plain.csv || wrong "a new column"
    grep -q 'new, and not learned from: co2' headers.log || wrong "does not name the new column"
    joined '{ print }' && cmp out.csv plain.csv || wrong "the same header"
    joined '{ print (NR == 1 ? "\xEF\xBB\xBF" : "") $0 }' && cmp out.csv plain.csv || wrong "the same header with a byte-order mark"
    joined '{ print $2, $1 }' && cmp out.csv plain.csv || wrong "another order"
    joined '{ print NR == 1 ? "hum,time,temp\n%,UTC,degC" : $2 ",12:00," $1 }' && cmp out.csv plain.csv || wrong "another order with units"
    joined '{ print $1 }' && grep -q 'missing: hum' headers.log || wrong "a column that is gone"
    { cat one.csv; awk -F , '{ print $2 }' one.csv; } | ends_with 2 "$program" --checkpoint state >out.csv 2>headers.log ||
      wrong "goes on without what it predicts"
    grep -q '202: another header, without the column to predict, "temp": hum' headers.log || wrong "does not say what is gone"
    [ "$(wc -l <out.csv)" -eq 201 ] && [ -s state ] || wrong "what came before is lost"
    # The order is remembered when the program goes on.
    { cat one.csv; awk -F , -v OFS=, '{ print $2, $1 }' one.csv; } >in.csv
    head -n 301 in.csv >log.csv && rm -f state && "$program" log.csv --checkpoint state >first.csv 2>headers.log
    cp in.csv log.csv && "$program" log.csv --checkpoint state >second.csv 2>headers.log
    cat first.csv second.csv | cmp - plain.csv || wrong "forgets the order"
    ;;
  escapes)
    printf 'x\n1\n\0\0\0oops\n\033[31mred\n\302\233red\n\351t\351\n2\n3\n4\n5\n' >in.csv
    "$program" in.csv >/dev/null 2>escapes.log
    for text in '"\\x00\\x00\\x00oops"' '"\\x1b\[31mred"' '"\\xc2\\x9bred"' '"\\xe9t\\xe9"'; do
      grep -q "$text" escapes.log || wrong "$text is not told"
    done
    # A long field is cut between two characters, wherever it begins.
    for shift in '' x xx xxx; do
      printf 'x\n1\n%s%s\n2\n3\n' "$shift" "$(printf '€%.0s' $(seq 60))" | "$program" >/dev/null 2>>escapes.log
    done
    esc=$'\033' && printf 'a%s[2J,b\n1,2\nx,3\n4,5\n6,7\n' "$esc" >"$esc.csv"
    "$program" "$esc.csv" --metrics >/dev/null 2>>escapes.log
    ends_with 2 "$program" "$esc.csv" --target "$esc" >/dev/null 2>>escapes.log || wrong "an unknown column"
    "$program" "$esc.csv" --checkpoint state >/dev/null 2>>escapes.log
    printf 'c%s,b\n1,2\n' "$esc" | ends_with 3 "$program" --checkpoint state --resume skip >/dev/null 2>>escapes.log || wrong "other columns"
    python3 - <<'END' || wrong "what is not printable comes as it is"
text = open("escapes.log", "rb").read().decode("utf-8")
assert all(c == "\n" or c.isprintable() for c in text), [c for c in text if not c.isprintable()]
END
    ;;
  glitches)
    # One wrong value of the target is forgotten; large numbers are as good as small ones.
    weather() { awk -v g="$1" 'BEGIN { srand(1); print "temp,hum"; for (t = 0; t < 3000; t++) { v = 20 + 5 * sin(t / 10) + .6 * (rand() + rand() - 1)
      if (t == 1000 && g != "") v = g; printf "%s,%.3f\n", v, 50 + 10 * cos(t / 17) + 2 * rand() } }'; }
    counter() { awk -v offset="$1" 'BEGIN { srand(1); print "n"; for (t = 0; t < 1000; t++) printf "%.0f\n", offset + 50 * sin(t / 10) + 5 * rand() }'; }
    error() { "$program" --model "$1" --metrics --quiet 2>&1 >out.csv | awk '/^model/ { print $4 }'; }
    for model in lstm gru rnn echo-state least-squares mixture forecaster; do
      right=$(weather '' | error $model)
      for glitch in 65535 4294967295 -1e30; do
        awk -v a="$(weather $glitch | error $model)" -v b="$right" 'BEGIN { exit !(a > 0 && a < 1.2 * b) }' || wrong "$model does not forget $glitch"
      done
      small_error=$(counter 0 | error $model)
      awk -v a="$(counter 4000000000 | error $model)" -v b="$small_error" 'BEGIN { exit !(a > 0 && a < 1.05 * b) }' || wrong "$model: counters"
      # Not in the steps of a float, which are of 256.
      [ "$(tail -n 500 out.csv | cut -d , -f 4 | sort -u | wc -l)" -ge 490 ] || wrong "$model: predictions in steps"
    done
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
  hostile)
    # Whoever writes a checkpoint may write anything, with the right checksum: it is refused, and nothing is asked for that the
    # file does not have.
    "$program" "$data" $small --checkpoint good >/dev/null 2>&1
    ulimit -v 4000000
    python3 - "$program" "$data" $small <<'END' || wrong "a hostile checkpoint gets through"
import re, struct, subprocess, sys, zlib
good = open("good", "rb").read()

def parts(data):
    while data:
        schema, payload = struct.unpack("<IQ", data[12:24])
        size = 24 + schema + payload + 4
        yield data[:size]
        data = data[size:]
def made(schema, payload):
    body = good[:12] + struct.pack("<IQ", len(schema), len(payload)) + schema + payload
    return body + struct.pack("<I", zlib.crc32(body))
def fields(part):
    schema, _ = struct.unpack("<IQ", part[12:24])
    place = 24 + schema
    for line in part[24:24 + schema].decode().splitlines():
        run = re.fullmatch(r"(\S+) (\w+)\[(\d+)\]", line)
        if not run:  # a line that says of what kind an object is
            continue
        path, kind, count = run.groups()
        size = 1 if kind == "bool" else int(kind[1:]) // 8
        yield path, kind, int(count), place, size
        place += size * int(count)
size, text, *middle, position = parts(good)

refused = 0
def refuses(what, data, says=""):
    global refused
    refused += 1
    open("state", "wb").write(data)
    run = subprocess.run([sys.argv[1], *sys.argv[2:], "--checkpoint", "state"], capture_output=True, text=True, errors="replace")
    assert run.returncode == 3, (what, run.returncode, run.stderr[-300:])
    assert "is left as it is" in run.stderr and says in run.stderr, (what, run.stderr)
    assert open("state", "rb").read() == data, what

words = text[24 + struct.unpack("<I", text[12:16])[0]:-4].decode()
def with_words(new):
    return (made(b"\n0 u64[1]\n", struct.pack("<Q", len(new))) + made(b"\n0 i8[%d]\n" % len(new), new.encode()) +
            b"".join(middle) + position)
assert with_words(words) == good
for old, new in [(r"rolling \d+", "rolling 2000000000"), (r"rolling \d+", "rolling 0"), (r"rolling \d+", "rolling -1"),
                 (r"rolling \d+", "rolling x"), (r"rolling \d+", "rolling 99999999999999999999"), (r"rolling \d+\n", ""),
                 (r"rolling \d+", "rolling 1000000"), (r"target 1", "target 99"), (r"target 1", "target -1"),
                 (r"target 1", "target 18446744073709551615"), (r"target 1\n", ""), (r"target 1", "target 1\ntarget 1"),
                 (r"input 2", "input 4096"), (r"input 2", "input 1"), (r"input 2", "input two"), (r"version \d+", "version 99"),
                 (r"version \d+\n", ""), (r"version", "nonsense"), (r"name [^\n]*\n", "")]:
    changed = re.sub(old, new, words)
    assert changed != words, old
    refuses(new, with_words(changed))
refuses("no words", with_words(""))
refuses("many words", made(b"\n0 u64[1]\n", struct.pack("<Q", 2**62)) + text + b"".join(middle) + position)

def with_number(path, index, format, value):
    for name, kind, count, place, size in fields(position):
        if name == path:
            at = place + index * size
            data = position[:at] + struct.pack("<" + format, value) + position[at + size:-4]
            return b"".join([size_part, text, *middle, data, struct.pack("<I", zlib.crc32(data))])
    raise KeyError(path, [name for name, *_ in fields(position)])
size_part = size
least = -2**63
for path, index, format, values in [
        ("1.rows", 0, "q", [-1, -7, least, 2**63 - 1]), ("1.lessons", 0, "q", [-1, least, 2**62]),
        ("1.expected", 0, "d", [float("inf")]), ("1.persistent", 0, "d", [-float("inf")]), ("1.newest", 0, "d", [float("inf")]),
        ("0.bad", 0, "q", [-1, least]), ("0.read.lines", 0, "q", [-1, least, 2**63 - 1]),
        ("0.layout.places", 0, "q", [-2, 99, 1, 2**63 - 1, least]), ("0.layout.fields", 0, "q", [0, -1, 1, 2**62]),
        ("0.kinds", 0, "b", [-1, 3, 127])]:
    for value in values:
        refuses((path, value), with_number(path, index, format, value), "cannot have come about")
assert refused > 40, refused
END
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
