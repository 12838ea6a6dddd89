import type {
  ComposePostServiceClient,
  HomeTimelineServiceClient,
  SocialGraphServiceClient,
  UserServiceClient,
  UserTimelineServiceClient,
} from "@faultline/thrift/social";

/** The services that the gateway speaks for, by the names of their lines in the table. */
export interface Backends {
  readonly "compose-post": ComposePostServiceClient;
  readonly "home-timeline": HomeTimelineServiceClient;
  readonly "social-graph": SocialGraphServiceClient;
  readonly user: UserServiceClient;
  readonly "user-timeline": UserTimelineServiceClient;
}
