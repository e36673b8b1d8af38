@echo off
rem dfs: finds a Java 25, builds when that is needed, and runs the command line on the module path.
rem Settings: JAVA_HOME (tried first), DFS_JAVA_OPTIONS (more JVM options).
setlocal EnableExtensions EnableDelayedExpansion
set "HOME_DIR=%~dp0"
set "LIBRARIES=%HOME_DIR%cli\target\dist"
set "STAMP=%LIBRARIES%\.built"
set "JAVA_EXE="
set "SEEN="

if defined JAVA_HOME call :consider "%JAVA_HOME%\bin\java.exe"
for %%J in (java.exe) do if not "%%~$PATH:J"=="" call :consider "%%~$PATH:J"
for /d %%D in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\*" "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%USERPROFILE%\.jdks\*") do call :consider "%%~D\bin\java.exe"
if not defined JAVA_EXE (
  echo dfs: needs Java 25 or later; looked at JAVA_HOME, PATH and the usual folders:!SEEN! 1>&2
  echo Install a JDK 25, for example Eclipse Temurin ^(https://adoptium.net^), then set JAVA_HOME to its folder. 1>&2
  exit /b 1
)

set "BUILD="
if not exist "%STAMP%" set "BUILD=1"
if not defined BUILD if exist "%HOME_DIR%cli\src" (
  powershell -NoProfile -Command "$built=(Get-Item -LiteralPath '%STAMP%').LastWriteTime; $sources=Get-ChildItem -Path '%HOME_DIR%pom.xml','%HOME_DIR%*\pom.xml','%HOME_DIR%*\src\main' -Recurse -File; if ($sources | Where-Object { $_.LastWriteTime -gt $built } | Select-Object -First 1) { exit 1 } else { exit 0 }"
  if errorlevel 1 set "BUILD=1"
)
if defined BUILD (
  where mvn >nul 2>nul || (
    echo dfs: needs Maven to build; install it ^(https://maven.apache.org^) so that 'mvn' is on the PATH 1>&2
    exit /b 1
  )
  echo dfs: building, once 1>&2
  pushd "%HOME_DIR%"
  call mvn -B -q -pl cli -am -Dmaven.test.skip -Dformat.phase=none package 1>&2
  if errorlevel 1 (
    popd
    echo dfs: the build failed; its output stands above 1>&2
    exit /b 1
  )
  popd
  type nul > "%STAMP%"
)

"%JAVA_EXE%" --add-modules jdk.incubator.vector -XX:+UseParallelGC -Djdk.serialFilter=!* %DFS_JAVA_OPTIONS% -p "%LIBRARIES%" -m io.dfsnet.cli/io.dfsnet.cli.Main %*
exit /b %ERRORLEVEL%

rem Takes a java.exe if none is taken yet and the file `release` of its JDK tells 25 or later.
:consider
if defined JAVA_EXE exit /b 0
if not exist "%~1" exit /b 0
set "RELEASE=0"
for /f "tokens=2 delims==" %%V in ('findstr /b /c:"JAVA_VERSION=" "%~dp1..\release" 2^>nul') do for /f "tokens=1 delims=." %%R in ("%%~V") do set "RELEASE=%%~R"
if !RELEASE! GEQ 25 (set "JAVA_EXE=%~1") else (set "SEEN=!SEEN! [%~1 is Java !RELEASE!]")
exit /b 0
