# cmake -DSOURCE=daemon/postgres -DOUTPUT=DIR -P embed_sql.cmake
# Writes OUTPUT/sql.h and OUTPUT/sql.c: every sql/NAME.sql as sql_NAME, and both folders as tables.

set(header "/* Generated from the .sql files of daemon/postgres. Do not edit. */
#ifndef POSTGRES_SQL_H
#define POSTGRES_SQL_H

#include <stddef.h>

/* One embedded file. `name` is the file's name without `.sql`; `text` is its bytes, ended by a NUL
   that `length` does not count. Both tables are sorted by name and end with an all-zero entry that
   their count does not include. */
struct sql_file {
    const char *name;
    const char *text;
    size_t length;
};

extern const struct sql_file sql_files[];
extern const size_t sql_files_count;
extern const struct sql_file migration_files[];
extern const size_t migration_files_count;

")
set(body "/* Generated from the .sql files of daemon/postgres. Do not edit. */
#include \"postgres/sql.h\"
")

# Appends the definition of one constant to `body`. Plain string replacement over the whole text:
# splitting it into a CMake list would trip over semicolons and brackets.
function(append_constant symbol file linkage)
  file(READ "${file}" text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "?" "\\?" text "${text}") # no trigraphs
  string(REPLACE "\r" "" text "${text}")
  string(REPLACE "\t" "\\t" text "${text}")
  string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
  set(body "${body}\n${linkage}const char ${symbol}[] =\n    \"${text}\";\n" PARENT_SCOPE)
endfunction()

# embed(FOLDER TABLE PREFIX LINKAGE): all of SOURCE/FOLDER/*.sql.
macro(embed folder table prefix linkage)
  file(GLOB files "${SOURCE}/${folder}/*.sql")
  list(SORT files COMPARE STRING)
  set(rows "")
  set(count 0)
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME)
    string(REGEX REPLACE "\\.sql$" "" name "${name}")
    if(NOT name MATCHES "^[A-Za-z0-9_]+$")
      message(FATAL_ERROR "${file}: the name must be letters, digits and underscores")
    endif()
    append_constant("${prefix}${name}" "${file}" "${linkage}")
    if("${linkage}" STREQUAL "")
      string(APPEND header "extern const char ${prefix}${name}[];\n")
    endif()
    string(APPEND rows
      "    {\"${name}\", ${prefix}${name}, sizeof ${prefix}${name} - 1},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND body "\nconst struct sql_file ${table}[] = {\n${rows}    {NULL, NULL, 0},\n};\n"
    "const size_t ${table}_count = ${count};\n")
endmacro()

embed(sql sql_files sql_ "")
embed(migrations migration_files migration_ "static ")
string(APPEND header "\n#endif\n")

file(WRITE "${OUTPUT}/sql.h" "${header}")
file(WRITE "${OUTPUT}/sql.c" "${body}")
