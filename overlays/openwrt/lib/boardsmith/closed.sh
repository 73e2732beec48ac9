# Sourced by boardsmith-closed, firewall and guard. BOARDSMITH_ROOT and BOARDSMITH_CONSOLE are set by tests alone.
# shellcheck shell=sh
root="${BOARDSMITH_ROOT:-}"
console="${BOARDSMITH_CONSOLE:-/dev/console}"
closed_table="boardsmith-closed"
# There while the firewall is stopped.
stopped="$root/tmp/boardsmith-stopped"
# A word that only the ruleset of this image's policy holds.
marker="$(cat "$root/lib/boardsmith/marker")"

say() {
	echo "boardsmith: $*" >>"$console"
}

# An event for whoever watches the console with a program, in the form that init has on an appliance. $1: its name, $2: more fields.
tell() {
	read -r up _ </proc/uptime
	# Two digits follow the point; 1 before them keeps a zero from making an octal number.
	echo "BOARDSMITH {\"event\":\"$1\",\"uptime_ms\":$((${up%.*} * 1000 + 1${up#*.}0 - 1000))$2}" >>"$console"
}

# The ruleset that holds what firewall4 cannot say. A packet must pass both.
ruleset="$root/etc/boardsmith/ruleset.nft"
held="$root/tmp/boardsmith-ruleset"

# Family and name of each of its tables.
ruleset_tables() {
	sed -n 's/^table \([a-z]*\) \([a-z]*\) {$/\1 \2/p' "$ruleset"
}

# What the kernel has of it, without what counts while packets pass.
list_ruleset() {
	ruleset_tables | while read -r family name; do
		nft -s list table "$family" "$name" || exit 1
	done
}

# One transaction, and a note of what the kernel makes of it.
load_ruleset() {
	{
		ruleset_tables | sed 's/.*/add table &\ndelete table &/'
		cat "$ruleset"
	} | nft -f - 2>/dev/null || return 1
	list_ruleset >"$held"
}

ruleset_is_held() {
	now="$(list_ruleset 2>/dev/null)" && [ -n "$now" ] && [ "$now" = "$(cat "$held" 2>/dev/null)" ]
}

# The switches of the kernel itself: with 0 nothing is forwarded, whatever tables there are.
set_forwarding() {
	echo "$1" >/proc/sys/net/ipv4/ip_forward || return 1
	for switch in all default; do
		[ -e "/proc/sys/net/ipv6/conf/$switch/forwarding" ] || continue
		echo "$1" >"/proc/sys/net/ipv6/conf/$switch/forwarding" || return 1
	done
}

# One transaction: the table is there before, meanwhile and afterwards. It hooks in before anything of fw4's (raw is -300), so nothing
# that it drops is seen by a rule that could let it through. Loopback is the router's own.
load_closed_table() {
	nft -f - <<-EOF
		add table inet $closed_table
		delete table inet $closed_table
		table inet $closed_table {
			chain input { type filter hook input priority -350; policy drop; iifname "lo" accept; }
			chain forward { type filter hook forward priority -350; policy drop; }
			chain output { type filter hook output priority -350; policy drop; oifname "lo" accept; }
		}
	EOF
}

is_closed() {
	nft list table inet "$closed_table" >/dev/null 2>&1 || return 1
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
}

# Fails if the kernel takes either no.
close_router() {
	load_closed_table
	loaded=$?
	set_forwarding 0 && [ "$loaded" = 0 ]
}

# The table goes last: when it is gone, fw4's has been there all the time. Fails, with every switch off again, if one of them stays off or the table stays.
open_router() {
	if set_forwarding 1; then
		nft delete table inet "$closed_table" 2>/dev/null && return
		nft list table inet "$closed_table" >/dev/null 2>&1 || return 0
	fi
	set_forwarding 0
	return 1
}

# Whether the policy's files are those of the image: what fw4 makes of others is another policy.
files_are_ours() {
	while read -r _ path; do
		if [ -L "$root$path" ] || ! cmp -s "$root/lib/boardsmith/policy$path" "$root$path"; then
			why="$path was changed"
			return 1
		fi
	done <"$root/lib/boardsmith/policy.list"
}

# Whether what the kernel holds is this policy: fw4's table is there, it is made from this image's files, what nothing names is dropped, and
# fw4 skipped nothing (it says so with [!] alone, and ends well all the same). $why says what is wrong.
ruleset_is_ours() {
	if [ -e "$stopped" ]; then
		why="the firewall was stopped"
		return 1
	fi
	if ! rules="$(nft list table inet fw4 2>/dev/null)"; then
		why="there is no ruleset"
		return 1
	fi
	case "$rules" in
	*"$marker"*) ;;
	*)
		why="the ruleset is not of this image's policy"
		return 1
		;;
	esac
	files_are_ours || return 1
	if ! ruleset_is_held; then
		# Closed meanwhile: to load it may take the kernel a moment. What is closed is left alone: the guard would hear of the change, and look again for ever.
		is_closed || close_router
		if ! load_ruleset || ! ruleset_is_held; then
			why="the kernel refuses the policy's own ruleset"
			return 1
		fi
	fi
	for hook in input forward; do
		case "$rules" in
		*"hook $hook priority filter; policy drop;"*) ;;
		*)
			why="the ruleset does not drop what it does not name ($hook)"
			return 1
			;;
		esac
	done
	if ! warnings="$(fw4 print 2>&1 >/dev/null)"; then
		why="fw4 cannot print its ruleset"
		return 1
	fi
	case "$warnings" in
	*"[!]"*)
		why="fw4 left out a part of the policy: $warnings"
		return 1
		;;
	esac
}

# Opens or closes by what the kernel holds now, and says so when that changes.
decide() {
	if ruleset_is_ours; then
		verdict="open: the policy is loaded"
		if nft list table inet "$closed_table" >/dev/null 2>&1 || [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]; then
			# Whoever watches must know before the first packet passes; once, however often it is tried.
			[ -n "$opening" ] || tell ruleset
			opening=yes
			open_router || verdict="closed: the kernel does not open it"
		fi
	else
		opening=""
		verdict="closed: $why"
		is_closed || close_router || verdict="NOT CLOSED: the kernel refuses the closed table ($why)"
	fi
	[ "$verdict" = "$last_verdict" ] && return
	case "$verdict" in
	open*) tell ready ;;
	*) tell closed ;;
	esac
	say "$verdict"
	last_verdict="$verdict"
}
