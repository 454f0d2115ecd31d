#!/usr/bin/env bash
# The Windows tier's machine: Wine, and in it the Windows CPython that python.org signs with the packages of the setup
# (xlalloc/hosts/setup), as `xlalloc build setup` ships them; NSIS, which packs that setup.
#
#   source .ci/windows.sh DIRECTORY      sets XLALLOC_WINE for the tests; done once, quick when repeated
#
# Wine 8 is what Debian 12 has; numpy 2.1 and later crash in it.
windows_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

xlalloc_windows() (
    set -euo pipefail
    place=$(mkdir -p "$1" && cd "$1" && pwd)
    cd "$place"
    if ! command -v wine >/dev/null || ! command -v osslsigncode >/dev/null || ! command -v makensis >/dev/null; then
        apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            wine wine64 osslsigncode nsis >apt.log 2>&1
    fi
    if [ ! -e python.done ] || [ -n "$(find "$windows_source"/xlalloc/hosts/setup/*.txt -newer python.done)" ]; then
        python3 -P "$windows_source/xlalloc/hosts/windows_setup.py" "$place"
        touch python.done
    fi
    if [ ! -e prefix.done ]; then
        export WINEPREFIX=$place/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
        unset DISPLAY
        timeout 120 wineboot -i </dev/null >/dev/null 2>&1
        timeout 60 wine winecfg -v win10 </dev/null >/dev/null 2>&1
        timeout 60 wineserver -w # a service started before the version was set would hang the start of COM classes
        touch prefix.done
    fi
)

xlalloc_windows "${1:?the directory}" # not in a list with &&, which would switch off its set -e
XLALLOC_WINE=$(cd "$1" && pwd)
export XLALLOC_WINE
echo "The Windows tier. Real: python.org's signed CPython for Windows, pywin32, numpy, xlwings, COM. Simulated: Excel, and Windows (Wine)."
