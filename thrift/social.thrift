// The contract of the Social Network. Ids, names and types are a promise to clients of other languages: add,
// never change. Each method names its spans; those that the originals do not have bear no name.
namespace cpp social_network
namespace lua social_network
namespace py social_network

/** Why a call failed, as far as the contract tells. `code` is what callers within the house see. */
enum ErrorCode {
  SE_CONNPOOL_TIMEOUT = 0 (code = "unavailable"),
  SE_THRIFT_CONN_ERROR = 1 (code = "unavailable"),
  SE_UNAUTHORIZED = 2 (code = "unauthenticated"),
  SE_MEMCACHED_ERROR = 3 (code = "unavailable"),
  SE_MONGODB_ERROR = 4 (code = "unavailable"),
  SE_REDIS_ERROR = 5 (code = "unavailable"),
  SE_THRIFT_HANDLER_ERROR = 6 (code = "failedPrecondition"),
  SE_RABBITMQ_CONN_ERROR = 7 (code = "unavailable")
}

/** The one failure that the contract knows; every method may throw it. */
exception ServiceException {
  1: ErrorCode errorCode,
  2: string message
}

/** What kind of post it is. Nothing depends on it. */
enum PostType {
  POST = 0,
  REPOST = 1,
  REPLY = 2,
  DM = 3
}

/** Never sent; part of the contract all the same. */
struct User {
  1: i64 user_id,
  2: string first_name,
  3: string last_name,
  4: string username,
  5: string password_hashed,
  6: string salt
}

struct Media {
  1: i64 media_id,
  2: string media_type
}

struct Url {
  1: string shortened_url,
  2: string expanded_url
}

struct UserMention {
  1: i64 user_id,
  2: string username
}

struct Creator {
  1: i64 user_id,
  2: string username
}

/** A text whose URLs are shortened, and what was found in it. */
struct TextServiceReturn {
  1: string text,
  2: list<UserMention> user_mentions,
  3: list<Url> urls
}

struct Post {
  1: i64 post_id,
  2: Creator creator,
  3: i64 req_id,
  4: string text,
  5: list<UserMention> user_mentions,
  6: list<Media> media,
  7: list<Url> urls,
  /** Milliseconds since 1970. */
  8: i64 timestamp,
  9: PostType post_type
} (kept = "true")

/** Not in the originals: somebody whom a user follows. */
struct Followee {
  1: i64 user_id,
  /** Milliseconds since 1970. */
  2: i64 since
}

/** Not in the originals: a post's place in a timeline. The newest is first, and of equals the greatest id. */
struct TimelineEntry {
  1: i64 post_id,
  /** Milliseconds since 1970. */
  2: i64 timestamp
}

service UniqueIdService {
  i64 ComposeUniqueId(
    1: i64 req_id,
    2: PostType post_type,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_unique_id_server", span.client = "compose_unique_id_client")
}

service TextService {
  TextServiceReturn ComposeText(
    1: i64 req_id,
    2: string text,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_text_server", span.client = "compose_text_client")
}

service UserService {
  void RegisterUser(
    1: i64 req_id,
    2: string first_name,
    3: string last_name,
    4: string username,
    5: string password,
    6: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "register_user_server", span.client = "RegisterUser")

  void RegisterUserWithId(
    1: i64 req_id,
    2: string first_name,
    3: string last_name,
    4: string username,
    5: string password,
    6: i64 user_id,
    7: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "register_user_withid_server", span.client = "register_client")

  string Login(
    1: i64 req_id,
    2: string username,
    3: string password,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "login_server", span.client = "Login")

  Creator ComposeCreatorWithUserId(
    1: i64 req_id,
    2: i64 user_id,
    3: string username,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_creator_server", span.client = "compose_creator_client")

  Creator ComposeCreatorWithUsername(
    1: i64 req_id,
    2: string username,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_creator_server", span.client = "compose_creator_client")

  i64 GetUserId(
    1: i64 req_id,
    2: string username,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "get_user_id_server")
}

service ComposePostService {
  void ComposePost(
    1: i64 req_id,
    2: string username,
    3: i64 user_id,
    4: string text,
    5: list<i64> media_ids,
    6: list<string> media_types,
    7: PostType post_type,
    8: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_post_server", span.client = "compose_post_client")

  /** Not in the originals: of all calls of one user with the same key one post comes, that of the first. */
  void ComposePostOnce(
    1: i64 req_id,
    2: string username,
    3: i64 user_id,
    4: string text,
    5: list<i64> media_ids,
    6: list<string> media_types,
    7: PostType post_type,
    /** 1 to 255 bytes. */
    8: string once_key,
    9: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_post_server", span.client = "compose_post_client")
}

service PostStorageService {
  /** Stores a post and marks it as open: it has yet to reach the timelines. */
  void StorePost(
    1: i64 req_id,
    2: Post post,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "store_post_server", span.client = "store_post_client")

  /**
   * Not in the originals: stores a post likewise, unless its creator has stored one with the same key. Answers the one
   * that is stored now.
   */
  Post StorePostOnce(
    1: i64 req_id,
    2: Post post,
    /** 1 to 255 bytes. */
    3: string once_key,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "store_post_server", span.client = "store_post_client")

  Post ReadPost(
    1: i64 req_id,
    2: i64 post_id,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "read_post_server")

  list<Post> ReadPosts(
    1: i64 req_id,
    2: list<i64> post_ids,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "post_storage_read_posts_server")

  /**
   * Not in the originals: posts that are still open and were stored before a time, the oldest first, without what
   * timelines do not need: text, URLs and media. They may be fewer than `limit` although more are open: whoever asks
   * goes on until there are none.
   */
  list<Post> ListOpenPosts(
    1: i64 req_id,
    /** Milliseconds since 1970. */
    2: i64 stored_before,
    /** At most so many. */
    3: i32 limit,
    /** Those are left out. */
    4: list<i64> without,
    5: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "list_open_posts_server", span.client = "list_open_posts_client")

  /** Not in the originals: these posts have reached all timelines. Unknown ones and closed ones do not matter. */
  void ClosePosts(
    1: i64 req_id,
    2: list<i64> post_ids,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "close_posts_server", span.client = "close_posts_client")

  /** Not in the originals: the newest posts that mention a user. */
  list<TimelineEntry> ListMentions(
    1: i64 req_id,
    2: i64 user_id,
    /** At most so many. */
    3: i32 limit,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "list_mentions_server", span.client = "list_mentions_client")
}

service HomeTimelineService {
  /** Posts [start, stop) of the timeline, the newest first. */
  list<Post> ReadHomeTimeline(
    1: i64 req_id,
    2: i64 user_id,
    3: i32 start,
    4: i32 stop,
    5: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "read_home_timeline_server", span.client = "read_home_timeline_client")

  void WriteHomeTimeline(
    1: i64 req_id,
    2: i64 post_id,
    3: i64 user_id,
    4: i64 timestamp,
    5: list<i64> user_mentions_id,
    6: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "write_home_timeline_server", span.client = "write_home_timeline_client")
}

service UserTimelineService {
  void WriteUserTimeline(
    1: i64 req_id,
    2: i64 post_id,
    3: i64 user_id,
    4: i64 timestamp,
    5: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "write_user_timeline_server", span.client = "write_user_timeline_client")

  /** Posts [start, stop) of the timeline, the newest first. */
  list<Post> ReadUserTimeline(
    1: i64 req_id,
    2: i64 user_id,
    3: i32 start,
    4: i32 stop,
    5: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "read_user_timeline_server", span.client = "ReadUserTimeline")

  /** Not in the originals: of all that these users have posted since they were followed, the newest. */
  list<TimelineEntry> ListNewestPosts(
    1: i64 req_id,
    2: list<Followee> authors,
    /** At most so many. */
    3: i32 limit,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "list_newest_posts_server", span.client = "list_newest_posts_client")
}

service SocialGraphService {
  list<i64> GetFollowers(
    1: i64 req_id,
    2: i64 user_id,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "get_followers_server", span.client = "get_followers_client")

  list<i64> GetFollowees(
    1: i64 req_id,
    2: i64 user_id,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "get_followees_server", span.client = "GetFollowee")

  /** Not in the originals: as `GetFollowees`, with times; an unknown user follows nobody. */
  list<Followee> ListFollowees(
    1: i64 req_id,
    2: i64 user_id,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "list_followees_server", span.client = "list_followees_client")

  void Follow(
    1: i64 req_id,
    2: i64 user_id,
    3: i64 followee_id,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "follow_server", span.client = "follow_client")

  void Unfollow(
    1: i64 req_id,
    2: i64 user_id,
    3: i64 followee_id,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "unfollow_server", span.client = "unfollow_client")

  void FollowWithUsername(
    1: i64 req_id,
    /** Misspelt by the originals. */
    2: string user_usernmae,
    3: string followee_username,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "follow_with_username_server", span.client = "follow_client")

  void UnfollowWithUsername(
    1: i64 req_id,
    /** Misspelt by the originals. */
    2: string user_usernmae,
    3: string followee_username,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "unfollow_with_username_server", span.client = "unfollow_client")

  void InsertUser(
    1: i64 req_id,
    2: i64 user_id,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "insert_user_server")
}

service UserMentionService {
  list<UserMention> ComposeUserMentions(
    1: i64 req_id,
    2: list<string> usernames,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_user_mentions_server", span.client = "compose_user_mentions_client")
}

service UrlShortenService {
  list<Url> ComposeUrls(
    1: i64 req_id,
    2: list<string> urls,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_urls_server", span.client = "compose_urls_client")

  list<string> GetExtendedUrls(
    1: i64 req_id,
    2: list<string> shortened_urls,
    3: map<string, string> carrier
  ) throws (1: ServiceException se)
}

service MediaService {
  /** The types come first, unlike in `ComposePost`. */
  list<Media> ComposeMedia(
    1: i64 req_id,
    2: list<string> media_types,
    3: list<i64> media_ids,
    4: map<string, string> carrier
  ) throws (1: ServiceException se)
    (span.server = "compose_media_server", span.client = "compose_media_client")
}
