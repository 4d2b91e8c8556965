#!/bin/sh
# A real WordPress on loopback, from Debian's packages, to try Footnote's reading of the web against.
#
#   tests/real/wordpress.sh start    install (as root, the first time), fill with sample posts, serve
#   tests/real/wordpress.sh stop     stop the web server and the database; the data stays
#   tests/real/wordpress.sh status   whether it answers, and the processes
#   tests/real/wordpress.sh remove   stop, and delete the data
#   tests/real/wordpress.sh wp ...   publish, edit, trash, ... by command: `wp help` lists what there is
#   FOOTNOTE_TEST_WORDPRESS=http://127.0.0.1:8081 python -m pytest tests/real
#
# Everything lies under $FOOTNOTE_REAL (default: real/ in the temporary folder) and can be thrown away.
# Nothing is open to the outside: the web server listens on 127.0.0.1, the database on a socket only,
# and WordPress may send no request to anywhere else. start may be repeated; it does what is missing.
#
# What this file does not know: what the sample posts say (wordpress/posts.txt), and Footnote.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
base=${FOOTNOTE_REAL:-${TMPDIR:-/tmp}/real}/wordpress
port=${FOOTNOTE_REAL_PORT:-8081}
home=http://127.0.0.1:$port
site=$base/site
socket=$base/db.sock
packages="wordpress wordpress-theme-twentytwentyone wordpress-theme-twentytwentythree mariadb-server
mariadb-client php-cli php-mysql php-xml php-mbstring php-gd"

fail() {
    echo "wordpress.sh: $*" >&2
    exit 1
}

# A process of ours that is still there. $1: its pid file; $2: a word of its command line.
alive() {
    [ -s "$1" ] && tr '\0' ' ' < "/proc/$(cat "$1")/cmdline" 2>/dev/null | grep -q -- "$2"
}

answers() {
    php -r '$c = stream_context_create(["http" => ["timeout" => 20]]);
        exit(@file_get_contents($argv[1], false, $c) === false ? 1 : 0);' "$home/?s=none"
}

# Wait up to 30 seconds for a command to succeed.
until_true() {
    for _ in $(seq 60); do
        if "$@" > /dev/null 2>&1; then return 0; fi
        sleep 0.5
    done
    return 1
}

install_packages() {
    command -v php >/dev/null && command -v mariadbd >/dev/null && [ -d /usr/share/wordpress ] &&
        php -m | grep -q mysqli && return
    [ "$(id -u)" = 0 ] || fail "needs these Debian packages: $packages"
    # The packages would start Apache and MariaDB for the whole machine; the answer 101 forbids that.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' > $policy
        chmod +x $policy
        trap 'rm -f $policy' EXIT
    fi
    apt-get update -q
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
}

start_database() {
    alive "$base/db.pid" mariadbd && return
    owner=$(id -un)
    if [ "$owner" = root ]; then
        owner=mysql # mariadbd refuses to run as root
        mkdir -p "$base"
        chown mysql "$base"
        chmod a+rx "$base" "$(dirname "$base")"
    fi
    if [ ! -d "$base/db/mysql" ]; then
        mkdir -p "$base/db"
        [ "$(id -u)" != 0 ] || chown mysql "$base/db"
        mariadb-install-db --no-defaults --user="$owner" --datadir="$base/db" --skip-test-db \
            --auth-root-authentication-method=normal > "$base/install.log" 2>&1
    fi
    setsid nohup mariadbd --no-defaults --user="$owner" --datadir="$base/db" --socket="$socket" \
        --pid-file="$base/db.pid" --skip-networking --skip-log-bin --innodb-flush-log-at-trx-commit=0 \
        > "$base/db.log" 2>&1 < /dev/null &
    until_true mariadb-admin --no-defaults --user=root --socket="$socket" --silent ping ||
        fail "the database did not start; see $base/db.log"
    mariadb --no-defaults --user=root --socket="$socket" \
        --execute='CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4'
}

copy_files() {
    if [ ! -e "$site/wp-load.php" ]; then
        # A copy, links followed: nothing under /etc, /usr or /var is written or served.
        mkdir -p "$site"
        (cd /usr/share/wordpress && tar --exclude=./.htaccess --exclude=./wp-config.php -chf - .) |
            tar -xf - -C "$site"
        mkdir -p "$site/wp-content/uploads" "$site/wp-content/plugins"
    fi
    mkdir -p "$site/wp-content/mu-plugins"
    cp "$here/wordpress/switches.php" "$site/wp-content/mu-plugins/"
    cp "$here/wordpress/router.php" "$base/"
    sed -e "s|@HOME@|$home|; s|@SOCKET@|$socket|" "$here/wordpress/config.php" > "$site/wp-config.php"
}

run_wp() {
    FOOTNOTE_WP_ROOT=$site php -d display_errors=stderr "$here/wp.php" "$@"
}

serve() {
    alive "$base/web.pid" "$port" && return
    answers && fail "something else answers at $home"
    (
        cd "$site"
        PHP_CLI_SERVER_WORKERS=4 setsid nohup php -d opcache.enable_cli=1 -d memory_limit=256M \
            -S "127.0.0.1:$port" -t "$site" "$base/router.php" > "$base/web.log" 2>&1 < /dev/null &
        echo $! > "$base/web.pid"
    )
    until_true answers || fail "WordPress did not answer; see $base/web.log"
}

# End a process of ours and its children. $1: its pid file; $2: a word of its command line.
end() {
    alive "$1" "$2" || return 0
    pid=$(cat "$1")
    kill -- "-$pid" 2>/dev/null || kill "$pid"
    until_true not_alive "$pid" || fail "process $pid did not end"
    rm -f "$1"
}

not_alive() {
    [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

status() {
    if alive "$base/web.pid" "$port" && answers; then
        echo "WordPress answers at $home (web server: process $(cat "$base/web.pid")," \
            "database: process $(cat "$base/db.pid"), data: $base)"
    else
        echo "WordPress is not running"
        return 1
    fi
}

case ${1:-help} in
    start)
        install_packages
        mkdir -p "$base"
        start_database
        copy_files
        run_wp install "$home"
        run_wp seed < "$here/wordpress/posts.txt"
        serve
        status
        ;;
    stop)
        end "$base/web.pid" "$port"
        end "$base/db.pid" mariadbd
        ;;
    status) status ;;
    remove)
        "$0" stop
        rm -rf "$base"
        ;;
    wp)
        shift
        alive "$base/db.pid" mariadbd || fail "not running: $0 start"
        run_wp "$@"
        ;;
    *) sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p' ;;
esac
