#!/bin/sh
# Adds up the numbers from 1 to COUNT_TO and survives Fargate Spot, with the AWS CLI and curl. It does what
# ../node-worker does, and either goes on from the other's state. The contract: docs/checkpoint-protocol.md.
set -eu

count_to=${COUNT_TO:-1000}
step_ms=${STEP_MS:-100}
step_seconds=$((step_ms / 1000)).$(printf %03d $((step_ms % 1000)))
# s3://bucket/path. Where policy.yml gives the hook a `uri`: <uri>/<cluster name>.
prefix=${CHECKPOINT_PREFIX:?is not set}
# Numbers between two saves; 0: only when told to stop.
save_every=${SAVE_EVERY:-0}
bus_name=${BUS_NAME:-ballast}
# After SIGTERM: exit, or work on until SIGKILL.
after_sigterm=${AFTER_SIGTERM:-exit}
# How often this job has been started again.
attempt=${BALLAST_RESUME_ATTEMPT:-0}
count=0
sum=0

# report DETAIL_TYPE MEMBERS: a report that does not arrive costs work, not correctness, so the job goes on.
report() {
  detail="{\"checkpointId\":\"$checkpoint_id\",\"taskArn\":\"$task_arn\",\"attempt\":$attempt,$2}"
  entries="[{\"EventBusName\":\"$bus_name\",\"Source\":\"ballast.task\",\"DetailType\":\"$1\",\"Detail\":\"$(escaped "$detail")\"}]"
  for try in 1 2 3; do
    # PutEvents succeeds also when it took nothing.
    if [ "$(aws events put-events --entries "$entries" --query FailedEntryCount --output text)" = 0 ]; then
      echo "{\"event\":\"reported\",\"detailType\":\"$1\",$2}"
      # A bare `return` under a trap gives the status from before the trap.
      return 0
    fi
    echo "{\"event\":\"report_failed\",\"tries\":$try}"
    sleep "0.$((2 * try))"
  done
}

# JSON text inside a JSON string.
escaped() { printf %s "$1" | sed 's/["\\]/\\&/g'; }

# write URI JSON
write() { printf '%s\n' "$2" | aws s3 cp - "$1" --only-show-errors; }

# Written first, reported after, each state under its own key: what was reported is there, whole, and stays.
save() {
  uri=$prefix/$checkpoint_id/$count.json
  if write "$uri" "{\"count\":$count,\"sum\":$sum,\"attempt\":$attempt,\"taskArn\":\"$task_arn\"}"; then
    echo "{\"event\":\"saved\",\"count\":$count,\"uri\":\"$uri\"}"
    report 'Checkpoint Completed' "\"uri\":\"$uri\""
  else
    echo "{\"event\":\"save_failed\",\"count\":$count}"
    report 'Checkpoint Failed' "\"reason\":\"$uri could not be written\""
    return 1
  fi
}

on_sigterm() {
  echo "{\"event\":\"sigterm\",\"count\":$count}"
  saved=0
  save || saved=1
  if [ "$after_sigterm" = exit ]; then exit "$saved"; fi
}

# As PID 1, a shell without a trap ignores SIGTERM. Until the state is read there is none to save: the next task begins
# where this one would have begun.
trap 'exit 0' TERM

task_arn=$(curl -fsS "$ECS_CONTAINER_METADATA_URI_V4/task" | sed -n 's/.*"TaskARN" *: *"\([^"]*\)".*/\1/p')
: "${task_arn:?is not in the metadata}"
checkpoint_id=ckpt-${task_arn##*/}
from=${BALLAST_CHECKPOINT_URI:-}
if [ -n "$from" ]; then
  # Ends the script where the state cannot be read: better no start than one that begins at 0 and seems right.
  state=$(aws s3 cp "$from" -)
  count=$(printf %s "$state" | sed -n 's/.*"count" *: *\([0-9]*\).*/\1/p')
  sum=$(printf %s "$state" | sed -n 's/.*"sum" *: *\([0-9]*\).*/\1/p')
  : "${count:?is not in $from}" "${sum:?is not in $from}"
fi
trap on_sigterm TERM
echo "{\"event\":\"begin\",\"count\":$count,\"attempt\":$attempt${from:+,\"from\":\"$from\"}}"

while [ "$count" -lt "$count_to" ]; do
  # One expansion: a trap runs between two commands, and must not find a count without its sum.
  : $((sum += (count += 1)))
  if [ "$save_every" -gt 0 ] && [ $((count % save_every)) = 0 ]; then save || :; fi
  # In the background, since a trap waits for a command in the foreground but interrupts `wait`.
  sleep "$step_seconds" &
  wait $! || :
done

# The end is short: a SIGTERM now changes nothing.
trap '' TERM
write "$prefix/result.json" "{\"count\":$count,\"sum\":$sum,\"attempt\":$attempt}"
# Without `finished` a Spot stop at this moment would have the job done once more.
report 'Checkpoint Completed' '"finished":true'
echo "{\"event\":\"finished\",\"count\":$count,\"sum\":$sum}"
