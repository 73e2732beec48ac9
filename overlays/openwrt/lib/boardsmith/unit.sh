# Sourced by boardsmith-closed, after closed.sh. What is one unit's own, and was given when its card was burnt: one line in each file of the
# folder `boardsmith` on the card's first partition. It is in no image; what this image may be given stands in unit.list.
# shellcheck shell=sh
unit="$root/tmp/boardsmith"

unit_wants() {
	grep -q "^$1\$" "$root/lib/boardsmith/unit.list"
}

# Copies the folder into memory. A card without one is a unit that was given nothing.
read_card() {
	mkdir -p "$unit/given" "$unit/card" || return 1
	chmod 700 "$unit" "$unit/given"
	(
		. "$root/lib/functions.sh"
		include "$root/lib/upgrade"
		export_bootdevice && export_partdevice part 1 || exit 1
		mount -t vfat -o ro,noexec,nosuid,nodev "/dev/$part" "$unit/card" || exit 1
		for name in pppoe-password root-password-hash; do
			[ -f "$unit/card/boardsmith/$name" ] && [ ! -L "$unit/card/boardsmith/$name" ] || continue
			unit_wants "$name" && cp "$unit/card/boardsmith/$name" "$unit/given/$name"
		done
		umount "$unit/card"
	)
}

# Prints the one line of a setting if it is given and all of it matches. $1: its name, $2: an extended regular expression.
unit_value() {
	[ -f "$unit/given/$1" ] || return 1
	IFS= read -r value <"$unit/given/$1" || [ -n "$value" ] || return 1
	printf '%s\n' "$value" | LC_ALL=C grep -Ex "$2"
}

# Puts what the unit was given where it is read. Root stays locked, and nothing dials, without it.
apply_unit() {
	[ ! -s "$root/lib/boardsmith/unit.list" ] || read_card || say "the card's first partition cannot be read: the unit has no settings of its own"
	umask 077
	if unit_wants pppoe-password; then
		if password="$(unit_value pppoe-password '[ -~]{1,255}')"; then
			# A word of pppd's in quotes.
			printf 'password "%s"\n' "$(printf '%s\n' "$password" | sed 's/[\\"]/\\&/g')" >"$unit/pppoe-secret"
		else
			rm -f "$unit/pppoe-secret"
			say "the unit has no PPPoE password: the uplink does not dial"
		fi
	fi
	hash='*'
	if unit_wants root-password-hash; then
		hash="$(unit_value root-password-hash '\$(5|6|y)\$[./A-Za-z0-9$=]{20,200}')" || {
			hash='*'
			say "the unit has no root password: nobody can log in with one"
		}
	fi
	sed "s|^root:[^:]*:|root:$hash:|" "$root/lib/boardsmith/shadow" >"$root/etc/shadow"
	chmod 600 "$root/etc/shadow"
	umask 022
	rm -rf "$unit/given"
}
