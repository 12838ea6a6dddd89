import {
  ErrorCode,
  type Media,
  type MediaServiceHandlers,
  serviceException,
} from "@faultline/thrift/social";
import { mediaPerPostMax, mediaTypeMax } from "../limits.ts";

/** Puts the ids of media and their types together. Whether the media exist is not its business. */
export function createMedia(): MediaServiceHandlers {
  return {
    async composeMedia({ mediaTypes, mediaIds }) {
      if (mediaTypes.length !== mediaIds.length) throw refused(differentLengths);
      if (mediaIds.length > mediaPerPostMax) throw refused(tooMany);
      if (mediaTypes.some((type) => type.length > mediaTypeMax)) throw refused(tooLong);
      return mediaIds.map((mediaId, i): Media => ({ mediaId, mediaType: mediaTypes[i] ?? "" }));
    },
  };
}

const differentLengths = "The lengths of media_id list and media_type list are not equal";
const tooMany = `a post has at most ${mediaPerPostMax} media`;
const tooLong = `the type of a medium has at most ${mediaTypeMax} characters`;

function refused(text: string): Error {
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
