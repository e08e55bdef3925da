# Every foreign library, found once and known in every folder. The room that owns one links it; which package
# it comes from stands in packages.txt.
#
#   OpenSSL::SSL OpenSSL::Crypto   TLS and cryptography       (platform/)
#   PkgConfig::XXHASH              checksums                  (platform/)
#   PkgConfig::CURL                HTTP of the tools          (client/)
#   PkgConfig::SQLITE              history, by default        (history/)
#   PkgConfig::LIBPQ               history on PostgreSQL      (history/)
#   PkgConfig::CONFUSE             configuration files        (programs/)
#   PkgConfig::NCURSES             `tarazy watch`             (programs/)
#   PkgConfig::CMOCKA              unit tests, if installed
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
find_package(Threads REQUIRED)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET GLOBAL libxxhash)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET GLOBAL libcurl)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET GLOBAL sqlite3)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET GLOBAL libpq)
pkg_check_modules(CONFUSE REQUIRED IMPORTED_TARGET GLOBAL libconfuse)
pkg_check_modules(NCURSES REQUIRED IMPORTED_TARGET GLOBAL ncursesw)
pkg_check_modules(CMOCKA IMPORTED_TARGET GLOBAL cmocka)
