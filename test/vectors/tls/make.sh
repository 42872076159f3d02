#!/bin/sh
# Makes the certificates of this folder anew, with openssl 3: ./make.sh, in this folder. They sign nothing but tests.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curve="ec -pkeyopt ec_paramgen_curve:P-256"
long="-startdate 20200101000000Z -enddate 21200101000000Z"

# issue CA NAME KEY COMMON-NAME EXTENSIONS DATES: the CA issues itself where it is the name.
issue() {
  mkdir -p "$work/$1"
  [ -f "$work/$1/index.txt" ] || { : >"$work/$1/index.txt" && echo 01 >"$work/$1/serial"; }
  cat >"$work/$1.cnf" <<CONF
[ca]
default_ca=d
[d]
database=$work/$1/index.txt
serial=$work/$1/serial
new_certs_dir=$work/$1
unique_subject=no
default_md=sha256
policy=p
[p]
commonName=supplied
CONF
  # shellcheck disable=SC2086 # options, not texts
  openssl req -new -newkey $3 -nodes -subj "/CN=$4" -keyout "$work/$2-key.pem" -out "$work/$2.csr"
  printf '%s\n' "$5" >"$work/$2.ext"
  by="-cert $work/$1.pem"
  [ "$1" != "$2" ] || by=-selfsign
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$work/$1.cnf" $by -keyfile "$work/$1-key.pem" -in "$work/$2.csr" \
    -extfile "$work/$2.ext" $6 -out "$work/$2.pem"
}

authority="basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign"
hosts="subjectAltName=DNS:sns.us-east-1.amazonaws.com,DNS:api.paypal.com
extendedKeyUsage=serverAuth"
usage="keyUsage=digitalSignature"

# A CA that nobody trusts but the tests, and one that not even they do.
issue ca ca "$curve" "hookgate tests" "$authority" "$long"
issue stranger stranger "$curve" "hookgate tests, a stranger" "$authority" "$long"
# What the server shows: good for two hosts; the same, of the stranger.
issue ca server "$curve" sns.us-east-1.amazonaws.com "$hosts" "$long"
issue stranger stranger-server "$curve" sns.us-east-1.amazonaws.com "$hosts" "$long"
# What messages are signed with: by AWS now, and once; by PayPal.
issue ca signing rsa:2048 sns.amazonaws.com "$usage" "$long"
issue ca paypal rsa:2048 messageverificationcerts.paypal.com "$usage
subjectAltName=DNS:messageverificationcerts.paypal.com" "$long"
issue ca ended rsa:2048 sns.amazonaws.com "$usage" "-startdate 20200101000000Z -enddate 20210101000000Z"

cp "$work/ca.pem" .
for name in server stranger-server signing paypal ended; do cp "$work/$name.pem" "$work/$name-key.pem" .; done
