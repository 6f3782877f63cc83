# What a fresh Debian 12 machine needs.  Sourced by ./dev.
# Installs only what is missing, so that a machine that has it all needs neither root nor a network.
packages_build=(g++ cmake ninja-build mold ccache pkg-config python3 libboost1.81-dev libboost-json1.81-dev
  libboost-url1.81-dev libfmt-dev libspdlog-dev libcli11-dev libre2-dev zlib1g-dev liblz4-dev libsnappy-dev libzstd-dev
  libssl-dev libkrb5-dev libbenchmark-dev)
packages_test=(libgtest-dev libgmock-dev clang-19 libclang-rt-19-dev clang-format-19 universal-ctags git librdkafka-dev kcat
  openjdk-17-jdk-headless maven openssl python3-venv strace e2fsprogs
  krb5-kdc krb5-admin-server krb5-user libsasl2-modules-gssapi-mit)
packages_suites=(make rapidjson-dev libcurl4-openssl-dev libsasl2-dev)
# Node and Cargo may have come from elsewhere, and then Debian's own would be in the way.
command -v npm >/dev/null || packages_test+=(nodejs npm)
command -v cargo >/dev/null || packages_suites+=(cargo-web rustc-web)

install_packages() {
  local set missing=() package
  for set in "$@"; do
    local -n wanted=packages_$set
    for package in "${wanted[@]}"; do
      [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) = installed ]] || missing+=("$package")
    done
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  local sudo=()
  [[ $(id -u) = 0 ]] || sudo=(sudo)
  echo "installing from Debian: ${missing[*]}"
  "${sudo[@]}" apt-get update -q >/dev/null
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
}
