#!/usr/bin/env bash
# LibreOffice 25.2 or newer without a display, its Python, poppler and a Chinese font, for the tests of the extension.
# Sourced by .ci/run, on Debian as root. What is installed is left alone. No package host is named here: where the
# release itself has only an older LibreOffice, its backports are read from wherever its updates are read from.

office_wanted=25.2
office_packages=(libreoffice-calc-nogui python3-uno)
office_beside=(poppler-utils fonts-noto-cjk)

office_at_least() { # VERSION: is it new enough?
    [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$1" "$office_wanted" | sort -V | head -n 1)" = "$office_wanted" ]
}

office_missing() { # the packages of the arguments that are not installed
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

office_installed() { # the version of the installed package, without epoch and revision
    dpkg-query -W -f='${Version}' libreoffice-calc-nogui 2>/dev/null | sed 's/^[0-9]*://; s/-.*//' || true
}

office_candidate() { # the version apt would install
    apt-cache policy libreoffice-calc-nogui | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p'
}

office_backports() { # add the backports of this release, beside its updates; prints their suite
    local codename lists=/etc/apt/sources.list.d
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    if ! grep -rqs "$codename-backports" /etc/apt/sources.list "$lists"; then
        awk 'BEGIN { RS = "" } /^Suites:.*-updates/ || /\nSuites:.*-updates/ { print; exit }' "$lists/debian.sources" |
            sed "s/^Suites:.*/Suites: $codename-backports/" > "$lists/xlalloc-backports.sources"
        apt-get update -qq >&2
    fi
    echo "$codename-backports"
}

install_libreoffice() {
    local missing suite options=(-y -qq --no-install-recommends)
    export DEBIAN_FRONTEND=noninteractive
    missing=$(office_missing "${office_beside[@]}")
    if office_at_least "$(office_installed)" && [ -z "$(office_missing "${office_packages[@]}")" ]; then
        echo "LibreOffice $(office_installed) is installed"
    else
        apt-get update -qq
        if ! office_at_least "$(office_candidate)"; then
            suite=$(office_backports)
            options+=(-t "$suite")
        fi
        apt-get install "${options[@]}" "${office_packages[@]}" > /dev/null
        office_at_least "$(office_installed)" || { echo "LibreOffice $office_wanted could not be installed" >&2; return 1; }
        echo "LibreOffice $(office_installed) installed"
    fi
    if [ -n "$missing" ]; then
        [ -n "$(ls /var/lib/apt/lists/*_Packages 2> /dev/null || true)" ] || apt-get update -qq
        # shellcheck disable=SC2086  one word a package
        apt-get install -y -qq --no-install-recommends $missing > /dev/null
    fi
}

install_libreoffice
