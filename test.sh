#!/usr/bin/env bash
# Sets up what the tests need and runs all of them. Needs Debian 12 with the .NET SDK 10 and Node; the rest it fetches.
#
#   ./test.sh                        everything
#   ./test.sh unit                   one project (the folder's name below tests/), quickly: only it is built
#   ./test.sh servers -class '*.DovecotTests'
#                                    words with a hyphen, and what follows them, go to xunit (-? lists them)
#   POSTROOM_FILTER=letter ./test.sh only tests whose full name contains the word, as it is written
#
# The last line is always "N passed, N failed", with ", N skipped" where a test was skipped; the exit code is 0 only
# if nothing failed. With CI=true nothing may be skipped, and nothing may be missing.
set -uo pipefail

# Debian packages the tests start programs from: a real POP3, IMAP and LMTP server, and a mail reader.
packages=(dovecot-pop3d dovecot-imapd dovecot-lmtpd mutt)

# Mail servers the tests run as a provider's. Debian allows only one of them on a machine, and installing it would throw
# out the machine's own; so they are unpacked into a folder and never installed. libnss-wrapper shows them the users their
# packages would have made. What they need of the system comes with the packages of the second list.
unpacked=(exim4-daemon-light postfix libnss-wrapper)
packages+=(libdb5.3 libgnutls-dane0 libicu72 libidn12 libnsl2 libsasl2-2)

# The issue asks for less than 15 minutes; a project that hangs must not eat the answer of the others.
readonly limit=880

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
exec </dev/null
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
results=artifacts/test-results
passed=0 failed=0 skipped=0 wrong=()
ci() { [ "${CI:-}" = true ]; }
say() { printf '\n== %s\n' "$*"; }

# Something beside a test that must hold; it counts as one failure.
fail() { printf 'FAILED: %s\n' "$*"; wrong+=("$*"); failed=$((failed + 1)); }

finish() {
    trap - EXIT
    [ -z "${policy:-}" ] || rm -f "$policy"
    if [ $((passed + failed + skipped)) -eq 0 ]; then fail 'no test ran'; fi
    if [ ${#wrong[@]} -gt 0 ]; then say 'What failed'; printf '%s\n' "${wrong[@]}"; fi
    echo
    if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"
    else echo "$passed passed, $failed failed"; fi
    exit $((failed > 0))
}
trap finish EXIT
trap 'fail "interrupted"; exit' INT TERM

install_packages() {
    local missing=() name
    for name in "${packages[@]}"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        if ci; then fail "these Debian packages are missing: ${missing[*]}"
        else echo "Some tests will be skipped. As root: apt-get install ${missing[*]}"; fi
        return 0
    fi
    say "Installing ${missing[*]}"
    # Debian starts a server once it is installed. Ours run on ports of their own; the standard ones stay shut.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    local wait=(-o DPkg::Lock::Timeout=120 -q=2)
    apt-get "${wait[@]}" update &&
        apt-get "${wait[@]}" install -y --no-install-recommends "${missing[@]}" >artifacts/apt.log 2>&1 || {
        tail -n 20 artifacts/apt.log
        fail "apt-get could not install ${missing[*]}"
    }
}

# A folder is renamed to its last name once it is complete, so an interrupted unpacking is seen and repeated.
unpack_packages() {
    local to=artifacts/mail-servers missing=() name
    for name in "${unpacked[@]}"; do [ -d "$to/$name" ] || missing+=("$name"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        if ci; then fail "these Debian packages are missing: ${missing[*]}"
        else echo "Some tests will be skipped: ${missing[*]} are missing, and this is no Debian."; fi
        return 0
    fi
    say "Unpacking ${missing[*]}"
    rm -rf $to/new && mkdir -p $to/new
    # Debian's lists may be older than what the mirror still has, or missing.
    (cd $to/new && { apt-get -q=2 download "${missing[@]}" ||
        { apt-get -o DPkg::Lock::Timeout=120 -q=2 update && apt-get -q=2 download "${missing[@]}"; }; }) >>artifacts/apt.log 2>&1
    for name in "${missing[@]}"; do
        dpkg -x $to/new/"$name"_*.deb $to/new/"$name" 2>>artifacts/apt.log && mv $to/new/"$name" $to/"$name" || {
            tail -n 20 artifacts/apt.log
            fail "$name could not be unpacked"
        }
    done
    rm -rf $to/new
}

# The pinned storage emulator, where the command `postroom` looks for it too. npm writes node_modules/.package-lock.json
# last, so an interrupted installation is seen and repeated.
install_azurite() {
    local from=cli/Azurite to=.azurite/npm
    cmp -s $from/package.json $to/package.json && cmp -s $from/package-lock.json $to/package-lock.json &&
        [ -f $to/node_modules/.package-lock.json ] && return 0
    if ! command -v npm >/dev/null; then
        if ci; then fail 'npm is missing: install Node.js'
        else echo 'Some tests will be skipped: npm is missing, install Node.js.'; fi
        return 0
    fi
    say 'Installing Azurite'
    mkdir -p $to && cp $from/package.json $from/package-lock.json $to/ &&
        (cd $to && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
        fail 'npm ci could not install Azurite'
}

# In CI no build server stays behind: it would keep our output open, and the caller waiting for its end.
build() {
    local options=(-c Release -v q -nologo)
    ci && options+=(--disable-build-servers)
    dotnet build "$@" "${options[@]}"
}

# The deployable Functions project stands outside the solution because its packages are missing from some feeds.
build_functions() {
    local project=functions/Postroom.Functions.csproj log=artifacts/functions-restore.log other
    [ -f $project ] || return 0
    say 'Functions project'
    if dotnet restore $project >$log 2>&1; then
        if build $project --no-restore; then echo 'Built.'; else fail "$project does not build"; fi
        return 0
    fi
    local worker='Microsoft\.Azure\.Functions\.Worker'
    other=$(grep -E 'error' $log | grep -vE \
        -e "NU110[123]: Unable to find( a stable)? package $worker" -e 'NU110[123]:   - Found ' \
        -e "NU1603: .* depends on $worker")
    if [ -z "$other" ] && grep -qE "NU(110[123]|1603): .*$worker" $log; then
        echo 'Not built: this package feed lacks the Functions worker packages.'
    else
        cat $log
        fail "$project cannot be restored, and not for lack of the Functions worker packages"
    fi
}

# One test project: run it, count what xunit wrote, and mistrust an end without a result.
run() {
    local project=$1 name assembly code counts
    name=$(basename "$project" .csproj)
    assembly=artifacts/bin/$name/release/$name
    say "$name"
    local options=(-noLogo -result-xml "$results/$name.xml" -longRunning 60)
    ci && options+=(-failSkips)
    [ -t 1 ] || options+=(-noColor)
    timeout --foreground --kill-after=20 $((SECONDS < limit ? limit - SECONDS : 1)) \
        "$assembly" "${options[@]}" "${filter[@]}"
    code=$?

    local p=0 f=0 s=0 e=0
    counts=$(grep -o '<assembly [^>]*>' "$results/$name.xml" 2>/dev/null)
    if [ -n "$counts" ]; then
        p=$(number passed) f=$(number failed) s=$(number skipped) e=$(number errors)
    fi
    passed=$((passed + p)) failed=$((failed + f + e)) skipped=$((skipped + s))
    while IFS= read -r line; do wrong+=("$line"); done < <(failures "$results/$name.xml")
    if [ -z "$counts" ]; then
        if [ $code -eq 124 ]; then fail "$name did not end in time"
        else fail "$name ended without a result, exit code $code"; fi
    elif [ $((p + f + s)) -eq 0 ] && [ ${#filter[@]} -gt 0 ]; then
        echo 'Nothing here fits the filter.'
    elif [ $((p + f + s)) -eq 0 ]; then fail "$name ran no test"
    elif [ $code -ne 0 ] && [ $((f + e)) -eq 0 ]; then fail "$name ended with exit code $code"
    fi
}

# One total from xunit's <assembly> element, which `run` holds in $counts.
number() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counts"; }

# The names of the tests that failed, from xunit's result.
failures() {
    grep -oE '<test [^>]*result="Fail"' "$1" 2>/dev/null | sed -E 's/.* name="([^"]*)".*/\1/' |
        sed -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e "s/&apos;/'/g" -e 's/&amp;/\&/g'
}

# Every project below tests/ that refers to xunit is a test project.
mapfile -t all < <(grep -l 'Include="xunit.v3"' tests/*/*.csproj tests/*/*/*.csproj 2>/dev/null | sort)
chosen=()
while [ $# -gt 0 ] && [[ $1 != -* ]]; do
    found=
    for project in "${all[@]}"; do
        if [ "$(dirname "$project")" = "tests/$1" ]; then chosen+=("$project"); found=1; fi
    done
    [ -n "$found" ] || { fail "there is no test project in tests/$1"; exit; }
    shift
done
filter=("$@")
[ -z "${POSTROOM_FILTER:-}" ] || filter+=(-method "*$POSTROOM_FILTER*")

mkdir -p $results
rm -f $results/*.xml
if ! command -v dotnet >/dev/null; then fail 'dotnet is missing: install the .NET SDK 10'; exit; fi
: "${DOTNET_ROOT:=$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT

install_packages
unpack_packages
install_azurite
say 'Building'
# A stale executable must not answer for sources that do not compile.
stale=
if [ ${#chosen[@]} -gt 0 ]; then
    for project in "${chosen[@]}"; do build "$project" || stale+=" $project"; done
else
    chosen=("${all[@]}")
    build Postroom.slnx || stale=' Postroom.slnx'
    for project in "${chosen[@]}"; do
        grep -qF "\"$project\"" Postroom.slnx || build "$project" || stale+=" $project"
    done
    build_functions
fi
if [ -n "$stale" ]; then fail "does not build:$stale"; exit; fi
for project in "${chosen[@]}"; do run "$project"; done
