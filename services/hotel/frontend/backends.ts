import type {
  AttractionsClient,
  ProfileClient,
  RecommendationClient,
  ReservationClient,
  ReviewClient,
  SearchClient,
  UserClient,
} from "@faultline/proto/hotel";

/** The services that the front door speaks for. */
export interface Backends {
  readonly attractions: AttractionsClient;
  readonly profile: ProfileClient;
  readonly recommendation: RecommendationClient;
  readonly reservation: ReservationClient;
  readonly review: ReviewClient;
  readonly search: SearchClient;
  readonly user: UserClient;
}
