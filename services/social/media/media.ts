import {
  ErrorCode,
  type Media,
  type MediaServiceHandlers,
  serviceException,
} from "@faultline/thrift/social";

/** Puts the ids of media and their types together. Whether the media exist is not its business. */
export function createMedia(): MediaServiceHandlers {
  return {
    async composeMedia({ mediaTypes, mediaIds }) {
      if (mediaTypes.length !== mediaIds.length) throw differentLengths();
      return mediaIds.map((mediaId, i): Media => ({ mediaId, mediaType: mediaTypes[i] ?? "" }));
    },
  };
}

function differentLengths(): Error {
  const text = "The lengths of media_id list and media_type list are not equal";
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
