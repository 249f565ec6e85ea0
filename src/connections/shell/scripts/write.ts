// Shell functions that replace a file, keep what was there, and put it back.

/**
 * hlx_keep PATH KEY FILE: keeps what is at FILE under undo/RUN/KEY, once a path and run.
 * KEY.meta is `present MODE OWNER:GROUP` or `absent`, and the path from the second line on.
 */
const keep = `hlx_keep() {
[ -s "$hlx_undo/$2.meta" ] && return 0
[ -d "$hlx_undo" ] || mkdir -p "$hlx_undo" || return 1
hlx_meta=absent
if [ -e "$3" ]; then
rm -f "$hlx_undo/$2"
ln "$3" "$hlx_undo/$2" 2>/dev/null || { cp -p "$3" "$hlx_undo/$2" && sync "$hlx_undo/$2"; } || return 1
hlx_meta="present $(stat -c '%a %U:%G' "$3")" || return 1
fi
printf '%s\\n%s\\n' "$hlx_meta" "$1" >"$hlx_undo/$2.meta"
}
`;

/**
 * hlx_enter DIR: goes there. Where a symbolic link is on the way it is walked part by part, only through links of root or ours:
 * looking at the links after `cd` would not do, for they can be swapped in between.
 */
const enter = `hlx_enter() {
cd -P -- "$1" || return 1
[ "$PWD" = "$1" ] && return 0
cd /
hlx_rest=\${1#/}/ hlx_hops=0
while [ -n "$hlx_rest" ]; do
hlx_part=\${hlx_rest%%/*} hlx_rest=\${hlx_rest#*/} hlx_here=\${PWD%/}
case $hlx_part in ''|.) continue ;; ..) cd -P ..; continue ;; esac
if [ -L "./$hlx_part" ]; then
hlx_hops=$((hlx_hops + 1))
[ "$hlx_hops" -le 40 ] && [ -n "$(find "./$hlx_part" -prune -type l \\( -user 0 -o -user "$(id -u)" \\))" ] || { echo "refused: $hlx_here/$hlx_part is a symbolic link of somebody else"; return 1; }
hlx_link=$(readlink "./$hlx_part") || return 1
case $hlx_link in /*) cd / ;; esac
hlx_rest=\${hlx_link#/}/$hlx_rest
continue
fi
cd -P "./$hlx_part" || return 1
[ "$PWD" = "$hlx_here/$hlx_part" ] || { echo "refused: $hlx_here/$hlx_part was swapped"; return 1; }
done
}
`;

/** hlx_target NAME: sets hlx_target to the file to replace. A symbolic link is followed once, and only within its own folder. */
const target = `hlx_target() {
hlx_target=$1
if [ -L "./$1" ]; then
hlx_target=$(readlink "./$1")
case $hlx_target in "$hlx_dir"/*) hlx_target=\${hlx_target#"$hlx_dir"/} ;; ./*) hlx_target=\${hlx_target#./} ;; esac
case $hlx_target in ''|.|..|*/*) echo "refused: it is a symbolic link to another folder"; return 1 ;; esac
if [ -L "./$hlx_target" ]; then echo "refused: it is a symbolic link to a symbolic link"; return 1; fi
fi
if [ -e "./$hlx_target" ] && [ ! -f "./$hlx_target" ]; then echo "refused: it is there and no regular file"; return 1; fi
}
`;

/** hlx_sync FILE: as durable as the host can; without \`sync\` nothing. hlx_move FROM TO: renames, never into a folder. */
const move = `hlx_sync() {
sync "$1" || [ $? = 127 ]
}
hlx_move() {
mv -f -T "$1" "$2" 2>/dev/null && return 0
if [ -d "$2" ]; then echo "refused: a folder came in the way"; return 1; fi
mv -f "$1" "$2"
}
`;

/**
 * hlx_stage RANDOM STAY: a folder of our own inside of the target's, entered, so that nobody can swap what is in it: only where PWD
 * says that it is this very folder. With `stay` it is left for the next write of the same folder. It is noted first: what a killed request
 * left is swept by the next one in the same folder, and by the next lock.
 */
const stage = `hlx_stage() {
hlx_here=\${PWD%/} hlx_stage=.hlx-$1 hlx_stay=$2
for hlx_old in ./.hlx-????????????????; do
[ -d "$hlx_old" ] && [ ! -L "$hlx_old" ] && [ -O "$hlx_old" ] && [ "$hlx_old" != "./$hlx_stage" ] && rm -rf "$hlx_old"
done
if [ ! -d "./$hlx_stage" ]; then
printf '%s\\n%s\\n' "\${hlx_here:-/}" "$hlx_stage" >>"$hlx_stages" && mkdir "./$hlx_stage" || return 1
fi
cd -P "./$hlx_stage" || return 1
[ "$PWD" = "$hlx_here/$hlx_stage" ] && [ -O . ] || { echo "refused: the staging folder was swapped"; return 1; }
trap 'hlx_status=$?; [ "$hlx_stay$hlx_status" = stay0 ] || { cd -P .. && rm -rf "./$hlx_stage"; }' EXIT
trap 'exit 1' HUP INT TERM
}
`;

/**
 * hlx_write PATH KEY RANDOM STAY UMASK CHMOD OWNER TEXT [VALIDATE…]: content is TEXT, or base64 on standard input when TEXT is \`-SIZE\`
 * (a text is given with an \`=\` before it); the size is compared, for busybox's base64 succeeds on a full disk. UMASK creates the file with its mode; CHMOD and OWNER are empty where nothing is left to do.
 */
const write = `hlx_write() (
umask 077
hlx_path=$1 hlx_key=$2 hlx_random=$3 hlx_next=$4 hlx_umask=$5 hlx_chmod=$6 hlx_owner=$7 hlx_text=$8
shift 8
hlx_dir=\${hlx_path%/*} hlx_name=\${hlx_path##*/}
hlx_dir=\${hlx_dir:-/}
hlx_enter "$hlx_dir" && hlx_target "$hlx_name" && hlx_keep "$hlx_path" "$hlx_key" "./$hlx_target" && hlx_stage "$hlx_random" "$hlx_next" || exit 1
umask "$hlx_umask"
case $hlx_text in -*) base64 -d >"./$hlx_name" && [ "$(stat -c %s "./$hlx_name")" = "\${hlx_text#-}" ] ;; *) printf %s "\${hlx_text#=}" >"./$hlx_name" ;; esac || exit 1
umask 077
if [ -z "$hlx_owner" ] && [ -g . ]; then hlx_owner=0:0; fi
[ -z "$hlx_owner" ] || chown -h -- "$hlx_owner" "./$hlx_name" || exit 1
[ -z "$hlx_chmod" ] || chmod "$hlx_chmod" "./$hlx_name" || exit 1
[ $# = 0 ] || (umask 022; cd / && exec "$@" </dev/null) || { hlx_status=$?; echo "refused by its check ($1): exit status $hlx_status"; exit 1; }
hlx_sync "./$hlx_name" && hlx_move "./$hlx_name" "../$hlx_target"
)
`;

/** hlx_hold NAME PATH: copies what is there now, for the time of a guarded step. hlx_put_back NAME PATH: puts it there again. */
const putBack = `hlx_hold() (
umask 077
mkdir -p "$hlx_undo" || exit 1
rm -rf "$hlx_undo/$1" "$hlx_undo/$1.absent"
hlx_dir=\${2%/*} hlx_name=./\${2##*/}
[ -d "\${hlx_dir:-/}" ] || { : >"$hlx_undo/$1.absent"; exit; }
hlx_enter "\${hlx_dir:-/}" || exit 1
if [ -d "$hlx_name" ] && [ ! -L "$hlx_name" ]; then echo "refused: $2 is a folder, which is not put back"; exit 1; fi
if [ -e "$hlx_name" ] || [ -L "$hlx_name" ]; then cp -P -p "$hlx_name" "$hlx_undo/$1"; else : >"$hlx_undo/$1.absent"; fi
)
hlx_put_back() (
umask 077
hlx_dir=\${2%/*} hlx_name=\${2##*/}
if [ -e "$hlx_undo/$1.absent" ]; then
[ -d "\${hlx_dir:-/}" ] || exit 0
hlx_enter "\${hlx_dir:-/}" && rm -f "./$hlx_name"
exit
fi
hlx_enter "\${hlx_dir:-/}" && hlx_stage "$3" go || exit 1
cp -P -p "$hlx_undo/$1" ./back && { [ -L ./back ] || hlx_sync ./back; } && hlx_move ./back "../$hlx_name"
)
hlx_drop() {
rm -f "$hlx_undo/$1" "$hlx_undo/$1.absent"
}
`;

export const fileFunctions = `${keep}${enter}${target}${move}${stage}${write}${putBack}`;
