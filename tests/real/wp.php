<?php
/**
 * The throw-away WordPress by command; run it as `wordpress.sh wp COMMAND ...`. POST is an id or a slug.
 *
 *   publish --title T [FIELDS] < body   a new post; FIELDS: --date 2024-05-01T09:00 --tags a,b --category c
 *                                       --author ann|ben --slug S --status S --password P --type page
 *                                       --excerpt E --format aside --sticky 1 --comments 2
 *   edit POST [FIELDS] < body           what is given changes; an empty body leaves the old one
 *   trash POST, untrash POST, delete POST
 *   password POST [WORD]                without a word the password goes
 *   private POST, draft POST, public POST
 *   schedule POST 2031-01-01T09:00
 *   noindex POST on|off
 *   list [STATUS]                       a JSON object a line
 *   switch NAME on|off                  see wordpress/switches.php
 *   permalinks pretty|dated|plain
 *   theme NAME                          twentytwentyone or twentytwentythree
 *   bulk COUNT                          many short posts at once (more than one page of the API)
 *   reset < posts.txt                   the sample posts and settings, as after the installation
 *
 * Every command prints JSON. install and seed are for wordpress.sh.
 */
if ( 'cli' !== PHP_SAPI ) {
	exit;
}
$root    = getenv( 'FOOTNOTE_WP_ROOT' );
$command = $argv[1] ?? 'help';
if ( 'help' === $command ) {
	echo preg_replace( '~^ \* ?~m', '', preg_replace( '~^.*?/\*\*\n|\n \*/.*$~s', '', file_get_contents( __FILE__ ) ) ), "\n";
	exit;
}
if ( 'install' === $command ) {
	define( 'WP_INSTALLING', true );
}
$_SERVER += array( 'HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1' );
require $root . '/wp-load.php';

const SWITCHES   = array( 'rest_off', 'rest_hidden', 'sitemap_off', 'feed_excerpts', 'half_broken', 'api_broken' );
const STRUCTURES = array( 'pretty' => '/%postname%/', 'dated' => '/%year%/%monthnum%/%postname%/', 'plain' => '' );

function fail( $why ) {
	fwrite( STDERR, "wp.php: $why\n" );
	exit( 1 );
}

function install() {
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	if ( ! is_blog_installed() ) {
		wp_install( 'Stretch Notes', 'ann', 'ann@blog.example', true, '', wp_generate_password(), 'en_US' );
	}
	return array( 'installed' => true );
}

function reset_settings() {
	update_option( 'blogname', 'Stretch Notes' );
	update_option( 'blogdescription', 'Short notes on stretching' );
	update_option( 'timezone_string', 'Europe/Amsterdam' );
	update_option( 'posts_per_page', 5 );
	update_option( 'posts_per_rss', 10 );
	update_option( 'blog_public', '1' );
	foreach ( SWITCHES as $name ) {
		update_option( "footnote_$name", '0' );
	}
	permalinks( 'pretty' );
	switch_theme( 'twentytwentyone' );
}

function permalinks( $kind ) {
	global $wp_rewrite;
	$wp_rewrite->set_permalink_structure( STRUCTURES[ $kind ] ?? fail( "permalinks: pretty, dated or plain" ) );
	flush_rewrite_rules( false );
	// Without rewriting a web server gives WordPress "/" only; router.php looks for this file.
	'plain' === $kind ? touch( ABSPATH . 'no-rewriting' ) : @unlink( ABSPATH . 'no-rewriting' );
	return array( 'permalinks' => $kind );
}

function author( $login ) {
	$names = array( 'ann' => 'Ann Weaver', 'ben' => 'Ben Okoro' );
	$id    = username_exists( $login );
	if ( ! $id ) {
		$id = wp_insert_user( array( 'user_login' => $login, 'user_pass' => wp_generate_password(), 'role' => 'author' ) );
	}
	wp_update_user( array( 'ID' => $id, 'display_name' => $names[ $login ] ?? $login ) );
	return $id;
}

/** The sample posts, unless there are some. */
function seed( $text ) {
	if ( get_option( 'footnote_seeded' ) ) {
		return array( 'seeded' => false );
	}
	reset_settings();
	author( 'ann' );
	clear();
	$picture = picture();
	$count   = 0;
	foreach ( preg_split( '/^=====\n/m', $text, -1, PREG_SPLIT_NO_EMPTY ) as $record ) {
		list( $head, $body ) = explode( "\n\n", $record, 2 ) + array( 1 => '' );
		preg_match_all( '/^(\w+): (.*)$/m', $head, $found );
		$fields = array_combine( $found[1], $found[2] );
		$body   = strtr( trim( $body ), array( '@PICTURE@' => wp_get_attachment_url( $picture ), '@PICTURE_ID@' => $picture ) );
		write( null, $fields, $body );
		++$count;
	}
	update_option( 'footnote_seeded', '1' );
	return array( 'seeded' => $count );
}

/** Every post, page, picture and comment goes. */
function clear() {
	global $wpdb;
	foreach ( $wpdb->get_col( "SELECT ID FROM $wpdb->posts WHERE post_type IN ('post', 'page', 'attachment')" ) as $id ) {
		wp_delete_post( $id, true );
	}
}

/** A small picture in the library, attached to nothing. */
function picture() {
	require_once ABSPATH . 'wp-admin/includes/image.php';
	$image = imagecreatetruecolor( 640, 400 );
	imagefilledellipse( $image, 320, 200, 300, 300, 0x88aadd );
	$place = wp_upload_dir();
	$file  = $place['path'] . '/calf-stretch.png';
	imagepng( $image, $file );
	$facts = array(
		'post_title'     => 'Calf stretch at a wall',
		'post_mime_type' => 'image/png',
		'post_excerpt'   => 'A caption in the library',
		'post_content'   => 'A description in the library that is no post',
	);
	$id = wp_insert_attachment( $facts, $file );
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $file ) );
	return $id;
}

/** Make or change a post. */
function write( $id, $fields, $body ) {
	$post = array( 'post_type' => $fields['type'] ?? 'post' );
	if ( $id ) {
		$post = array( 'ID' => $id );
	}
	$names = array(
		'title' => 'post_title', 'status' => 'post_status', 'slug' => 'post_name',
		'password' => 'post_password', 'excerpt' => 'post_excerpt',
	);
	foreach ( $names as $field => $column ) {
		if ( isset( $fields[ $field ] ) ) {
			$post[ $column ] = $fields[ $field ];
		}
	}
	if ( ! $id ) {
		$post += array( 'post_status' => 'publish', 'post_title' => '', 'comment_status' => 'open' );
		add_filter( 'wp_insert_post_empty_content', '__return_false' );
	}
	if ( ! $id || '' !== $body ) {
		$post['post_content'] = $body;
	}
	if ( isset( $fields['date'] ) ) {
		$post['post_date']     = str_replace( 'T', ' ', $fields['date'] ) . ':00';
		$post['post_date_gmt'] = get_gmt_from_date( $post['post_date'] );
		$post['edit_date']     = true;
	}
	if ( ! $id || isset( $fields['author'] ) ) {
		$post['post_author'] = author( $fields['author'] ?? 'ann' );
	}
	if ( isset( $fields['category'] ) ) {
		$post['post_category'] = array_map( 'wp_create_category', explode( ',', $fields['category'] ) );
	}
	if ( isset( $fields['tags'] ) ) {
		$post['tags_input'] = explode( ',', $fields['tags'] );
	}
	$id = $id ? wp_update_post( wp_slash( $post ), true ) : wp_insert_post( wp_slash( $post ), true );
	if ( is_wp_error( $id ) ) {
		fail( $id->get_error_message() );
	}
	if ( isset( $fields['format'] ) ) {
		set_post_format( $id, $fields['format'] );
	}
	if ( ! empty( $fields['sticky'] ) ) {
		stick_post( $id );
	}
	for ( $n = 1; $n <= (int) ( $fields['comments'] ?? 0 ); $n++ ) {
		wp_insert_comment( array(
			'comment_post_ID'  => $id,
			'comment_author'   => "Visitor $n",
			'comment_content'  => "Comment number $n: my aunt swears by standing on one leg while the kettle boils.",
			'comment_approved' => 1,
		) );
	}
	return facts( get_post( $id ) );
}

function facts( $post ) {
	return array(
		'id'         => $post->ID,
		'type'       => $post->post_type,
		'status'     => $post->post_status,
		'password'   => '' !== $post->post_password,
		'url'        => get_permalink( $post ),
		'slug'       => $post->post_name,
		'title'      => $post->post_title,
		'date'       => $post->post_date,
		'date_gmt'   => $post->post_date_gmt,
		'author'     => get_the_author_meta( 'display_name', $post->post_author ),
		'tags'       => wp_get_post_tags( $post->ID, array( 'fields' => 'names' ) ),
		'categories' => 'post' === $post->post_type ? wp_get_post_categories( $post->ID, array( 'fields' => 'names' ) ) : array(),
	);
}

function listing( $status ) {
	return array_map( 'facts', get_posts( array(
		'post_type'   => array( 'post', 'page', 'attachment' ),
		'post_status' => $status,
		'numberposts' => -1,
		'orderby'     => 'ID',
		'order'       => 'ASC',
	) ) );
}

function find( $name ) {
	global $wpdb;
	$sql = "SELECT ID FROM $wpdb->posts WHERE post_type IN ('post', 'page', 'attachment') AND (ID = %d OR post_name IN (%s, %s))";
	$id  = $wpdb->get_var( $wpdb->prepare( $sql, ctype_digit( $name ) ? $name : 0, $name, $name . '__trashed' ) );
	return $id ? (int) $id : fail( "there is no post “{$name}”" );
}

function bulk( $count ) {
	wp_defer_term_counting( true );
	$made = array();
	for ( $n = 1; $n <= $count; $n++ ) {
		$body   = "<!-- wp:paragraph -->\n<p>Drill number $n: hold it for $n seconds, rest, and hold it once more.</p>\n<!-- /wp:paragraph -->";
		$date   = gmdate( 'Y-m-d\TH:i', 1_500_000_000 + 3600 * $n );
		$made[] = write( null, array( 'title' => "Drill number $n", 'date' => $date, 'category' => 'Drills' ), $body );
	}
	wp_defer_term_counting( false );
	return $made;
}

function options( $words ) {
	$fields = array();
	while ( $words ) {
		$name = array_shift( $words );
		if ( '--' !== substr( $name, 0, 2 ) || ! $words ) {
			fail( "“{$name}” is not understood; see `help`" );
		}
		$fields[ substr( $name, 2 ) ] = array_shift( $words );
	}
	return $fields;
}

function run( $command, $words ) {
	$body = in_array( $command, array( 'publish', 'edit', 'seed', 'reset' ), true ) ? stream_get_contents( STDIN ) : '';
	$post = in_array( $command, array( 'edit', 'trash', 'untrash', 'delete', 'password', 'private', 'draft', 'public', 'schedule', 'noindex' ), true )
		? find( (string) array_shift( $words ) ) : null;
	switch ( $command ) {
		case 'install':
			return install();
		case 'seed':
			return seed( $body );
		case 'reset':
			delete_option( 'footnote_seeded' );
			return seed( $body );
		case 'publish':
		case 'edit':
			return write( $post, options( $words ), trim( $body ) );
		case 'trash':
			wp_trash_post( $post );
			return facts( get_post( $post ) );
		case 'untrash':
			wp_untrash_post( $post );
			return write( $post, array( 'status' => 'publish' ), '' );
		case 'delete':
			wp_delete_post( $post, true );
			return array( 'deleted' => $post );
		case 'password':
			return write( $post, array( 'password' => $words[0] ?? '' ), '' );
		case 'private':
		case 'draft':
			return write( $post, array( 'status' => $command ), '' );
		case 'public':
			return write( $post, array( 'status' => 'publish', 'password' => '' ), '' );
		case 'schedule':
			return write( $post, array( 'status' => 'future', 'date' => $words[0] ), '' );
		case 'noindex':
			update_post_meta( $post, '_noindex', 'on' === $words[0] ? '1' : '' );
			return facts( get_post( $post ) );
		case 'list':
			return listing( $words[0] ?? array( 'publish', 'private', 'draft', 'future', 'pending', 'trash', 'inherit' ) );
		case 'switch':
			if ( ! in_array( $words[0], SWITCHES, true ) ) {
				fail( 'a switch is one of: ' . implode( ', ', SWITCHES ) );
			}
			update_option( 'footnote_' . $words[0], 'on' === $words[1] ? '1' : '0' );
			return array( $words[0] => $words[1] );
		case 'permalinks':
			return permalinks( $words[0] );
		case 'theme':
			switch_theme( $words[0] );
			return array( 'theme' => get_stylesheet() );
		case 'bulk':
			return bulk( (int) $words[0] );
	}
	fail( "there is no command “{$command}”; see `help`" );
}

require_once ABSPATH . 'wp-admin/includes/admin.php';
if ( ! wp_installing() ) {
	wp_set_current_user( 1 ); // as the owner, so that no markup is filtered out
}
$found = run( $command, array_slice( $argv, 2 ) );
foreach ( array_is_list( $found ) ? $found : array( $found ) as $one ) {
	echo json_encode( $one, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ), "\n";
}
