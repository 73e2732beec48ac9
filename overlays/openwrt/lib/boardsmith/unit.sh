# Sourced by boardsmith-closed, after closed.sh. What is one unit's own, and was given when its card was burnt: secrets in the record of the
# card's identity. They are in no image; what this image may be given stands in unit.list.
# shellcheck shell=sh
unit="$root/tmp/boardsmith"

unit_wants() {
	grep -q "^$1\$" "$root/lib/boardsmith/unit.list"
}

# Copies the card's identity into memory. It lies at the first whole MiB after the last partition and the 33 sectors of a GPT's backup; a card without one is a unit
# that was given nothing. Its signatures are not looked at: who writes to this card can write to this script.
read_identity() {
	mkdir -p "$unit" && chmod 700 "$unit" || return 1
	(
		. "$root/lib/functions.sh"
		include "$root/lib/upgrade"
		export_bootdevice && export_partdevice disk 0 || exit 1
		end=0
		for part in "$root/sys/class/block/$disk/$disk"*; do
			[ -e "$part/partition" ] || continue
			read -r start <"$part/start" && read -r size <"$part/size" || exit 1
			[ $((start + size)) -le "$end" ] || end=$((start + size))
		done
		[ "$end" -gt 0 ] || exit 1
		umask 077
		dd if="$root/dev/$disk" bs=1048576 skip=$(((end + 33 + 2047) / 2048)) count=1 2>/dev/null | tr '\0' '\n' >"$unit/given"
		[ "$(head -c 8 "$unit/given")" = BSIDENT1 ]
	)
}

# Prints a secret of the unit's record if it is given, once, and all of it matches. $1: its name, $2: an extended regular expression. The record has
# what is not printable, and the percent sign, as %XX: of these, an image takes the sign alone.
unit_value() {
	[ -f "$unit/given" ] || return 1
	values="$(sed -n '/^boardsmith unit 1$/,$p' "$unit/given" | sed -n "s/^secret: $1=//p")"
	[ -n "$values" ] && [ "$(printf '%s\n' "$values" | grep -c '')" = 1 ] || return 1
	case "$(printf '%s\n' "$values" | sed 's/%25//g')" in
	*%*) return 1 ;;
	esac
	printf '%s\n' "$values" | sed 's/%25/%/g' | LC_ALL=C grep -Ex "$2"
}

# Puts what the unit was given where it is read. Root stays locked, and nothing dials, without it.
apply_unit() {
	[ ! -s "$root/lib/boardsmith/unit.list" ] || read_identity || {
		rm -f "$unit/given"
		say "the card holds no identity: the unit has no secrets of its own"
	}
	umask 077
	if unit_wants PPPOE_PASSWORD; then
		if password="$(unit_value PPPOE_PASSWORD '[ -~]{1,255}')"; then
			# A word of pppd's in quotes.
			printf 'password "%s"\n' "$(printf '%s\n' "$password" | sed 's/[\\"]/\\&/g')" >"$unit/pppoe-secret"
		else
			rm -f "$unit/pppoe-secret"
			say "the unit has no PPPoE password: the uplink does not dial"
		fi
	fi
	hash='*'
	if unit_wants ROOT_PASSWORD_HASH; then
		hash="$(unit_value ROOT_PASSWORD_HASH '\$(5|6|y)\$[./A-Za-z0-9$=]{20,200}')" || {
			hash='*'
			say "the unit has no root password: nobody can log in with one"
		}
	fi
	sed "s|^root:[^:]*:|root:$hash:|" "$root/lib/boardsmith/shadow" >"$root/etc/shadow"
	chmod 600 "$root/etc/shadow"
	umask 022
	rm -f "$unit/given"
}
