<?php
/**
 * What the tests can switch, as plugins of real blogs do it: `wordpress.sh wp switch NAME on|off`.
 *
 * rest_off      the REST API answers 401 to visitors ("Disable REST API" and its kin)
 * rest_hidden   it answers, but no page names it (themes that tidy up the page's head)
 * sitemap_off   there is no sitemap
 * feed_excerpts feeds hold excerpts (Settings, Reading)
 * half_broken   every second post answers 500, as under load
 * api_broken    the REST API's second page of posts answers 500
 * The post field `_noindex` asks search engines to pass that post over, as SEO plugins do.
 */
function footnote_switched( $name ) {
	return '1' === get_option( "footnote_$name" );
}

add_filter( 'rest_authentication_errors', function ( $result ) {
	if ( footnote_switched( 'rest_off' ) && ! is_user_logged_in() ) {
		return new WP_Error( 'rest_cannot_access', 'Only signed-in users may use the API.', array( 'status' => 401 ) );
	}
	return $result;
} );

add_action( 'init', function () {
	if ( footnote_switched( 'rest_hidden' ) ) {
		remove_action( 'wp_head', 'rest_output_link_wp_head' );
		remove_action( 'template_redirect', 'rest_output_link_header', 11 );
	}
} );

add_filter( 'wp_sitemaps_enabled', function ( $on ) {
	return $on && ! footnote_switched( 'sitemap_off' );
} );

add_filter( 'option_rss_use_excerpt', function ( $value ) {
	return footnote_switched( 'feed_excerpts' ) ? '1' : $value;
} );

add_filter( 'wp_robots', function ( $robots ) {
	if ( is_singular() && get_post_meta( get_queried_object_id(), '_noindex', true ) ) {
		return array( 'noindex' => true, 'follow' => true );
	}
	return $robots;
} );

add_action( 'template_redirect', function () {
	if ( is_single() && footnote_switched( 'half_broken' ) && 0 === get_queried_object_id() % 2 ) {
		status_header( 500 );
		exit( 'Error establishing a database connection' );
	}
} );

add_filter( 'rest_pre_dispatch', function ( $result, $server, $request ) {
	$second = (int) $request->get_param( 'page' ) > 1 || (int) $request->get_param( 'offset' ) > 0;
	if ( footnote_switched( 'api_broken' ) && $second && '/wp/v2/posts' === $request->get_route() ) {
		return new WP_Error( 'internal', 'There has been a critical error.', array( 'status' => 500 ) );
	}
	return $result;
}, 10, 3 );

// No letters are sent from a throw-away blog.
if ( ! function_exists( 'wp_mail' ) ) {
	function wp_mail() {
		return true;
	}
}
