<?php
// For PHP's built-in server: files as they are, every other address through WordPress.
$path = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$root = $_SERVER['DOCUMENT_ROOT'];
$file = realpath( $root . $path );
$inside = false !== $file && 0 === strpos( $file, $root . '/' );
if ( $inside && is_file( $file ) ) {
	return false;
}
if ( $inside && is_dir( $file ) && is_file( $file . '/index.php' ) && '/wp-admin' === substr( $path, 0, 9 ) ) {
	return false;
}
if ( '/' !== $path && '/index.php' !== $path && is_file( $root . '/no-rewriting' ) ) {
	http_response_code( 404 );
	echo '<!doctype html><title>404 Not Found</title><h1>Not Found</h1>';
	return true;
}
$_SERVER['SCRIPT_FILENAME'] = $root . '/index.php';
$_SERVER['SCRIPT_NAME']     = '/index.php';
$_SERVER['PHP_SELF']        = '/index.php';
require $root . '/index.php';
