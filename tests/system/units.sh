#!/usr/bin/env bash
# The units of systemd: sound, and closed to everything the daemon does not need. And the catalog of its messages.
source "$(dirname "$0")/../lib/common.sh"
make_work_dir

units=$GUANXI_SOURCE_DIR/deploy/systemd

# In a folder of their own, with the program where it is now.
mkdir "$WORK_DIR/units"
cp "$units"/*.service "$units"/*.timer "$WORK_DIR/units"
sed -i "s|/usr/bin/guanxid|$GUANXID|" "$WORK_DIR"/units/*.service
for unit in "$WORK_DIR"/units/*; do
    said=$(systemd-analyze verify --man=no "$unit" 2>&1) || fail "${unit##*/}: $said"
    [[ -z $said ]] || fail "${unit##*/}: $said"
done

# Up to 1.2 of 10; systemd counts it in tenths.
for unit in "$WORK_DIR"/units/*.service; do
    systemd-analyze security --offline=true --threshold=12 "$unit" >"$WORK_DIR/security" 2>&1 ||
        fail "${unit##*/}: exposed too much: $(tail -n 1 "$WORK_DIR/security")"
    say "$(tail -n 1 "$WORK_DIR/security")"
done

# Instances differ from the single one in names alone, and in that it keeps the folder in which theirs are.
diff <(sed 's|%i.conf|guanxid.conf|; s|guanxi/%i$|guanxi|; s|, instance %i||' "$units/guanxid@.service" | grep -v '^#') \
    <(grep -v '^#\|^RuntimeDirectoryPreserve=' "$units/guanxid.service") || fail "guanxid@.service is not guanxid.service of an instance"

mkdir -p "$WORK_DIR/root/usr/lib/systemd/catalog" "$WORK_DIR/root/var/lib/systemd/catalog"
cp "$units/guanxid.catalog" "$WORK_DIR/root/usr/lib/systemd/catalog"
journalctl --root="$WORK_DIR/root" --update-catalog
while read -r id; do
    journalctl --root="$WORK_DIR/root" --dump-catalog "$id" | grep -q '^Subject: ' || fail "$id is not in the catalog"
done < <(grep -oE '"[0-9a-f]{32}"' "$GUANXI_SOURCE_DIR/include/base/log_events.h" | tr -d '"')
