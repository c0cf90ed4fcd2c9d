# Turns the story into records for `publish`, each with the minute at which it is published in front:
#   DATE TIME <tab> topic <tab> - <tab> key <tab> headers <tab> value
# The story's head says how its lines are meant. -v binary=TOPIC: that topic gets CloudEvents in binary
# mode.

function emit(key, headers, value) {
    at = arrives ? arrives : $1 " " $2
    arrives = ""
    last = at "\t" $3 "\t-\t" key "\t" headers "\t" value
    print last
}

/^#/ || !NF { next }
$1 == "end" { next }
$1 == "customer" { customer = $2; next }
$1 == "arrives" { arrives = $2 " " $3; next }
$1 == "again" { print last; next }

# What is left of the line after its first four words is the data, with whatever spaces stand in it.
{
    data = $0
    sub(/^[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +/, "", data)
    time = $1 "T" $2 ":00+08:00"
    id = "story-" FNR
}

$4 == "raw" { emit(customer, "content-type=application/cloudevents+json", data); next }

$3 == binary {
    emit(customer, "content-type=application/json|ce_specversion=1.0|ce_id=" id "|ce_source=/demo/" $3 \
        "|ce_type=" $4 "|ce_subject=" customer "|ce_time=" time, data)
    next
}

{
    emit(customer, "content-type=application/cloudevents+json", \
        "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/demo/" $3 "\",\"type\":\"" $4 \
        "\",\"subject\":\"" customer "\",\"time\":\"" time "\",\"data\":" data "}")
}
