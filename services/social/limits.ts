/** What all of Social Network keeps to, at its doors and behind them. */

/** As many posts as one page of a timeline may have. Known clients ask for 100 at most. */
export const pageMax = 1_000;
/** As many UTF-16 units as the text of a post may have. */
export const textMax = 65_536;
/** As many pictures and films as a post may have. */
export const mediaPerPostMax = 100;
/** As many UTF-16 units as the type of a picture or film may have: the ending of a file's name. */
export const mediaTypeMax = 64;
/** As many bytes of UTF-8 as the name of a user may have who registers, posts, follows or is followed. */
export const userNameMax = 256;

/** As many bytes as the key has by which a client asks for a post once. */
export const onceKeyMax = 255;
