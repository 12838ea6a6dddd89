import type { QueryOperator } from "../../query/predicates.ts";
import { $all, $elemMatch, $size } from "./array.ts";
import { $eq, $gt, $gte, $in, $lt, $lte, $ne, $nin } from "./comparison.ts";
import { $exists, $type } from "./element.ts";
import { $bitsAllClear, $bitsAllSet, $bitsAnyClear, $bitsAnySet, $mod } from "./evaluation.ts";
import { $options, $regex } from "./regex.ts";

/** The operators that a filter may put to a field. `$not` is the filter's own. */
export const queryOperators: Readonly<Record<string, QueryOperator>> = {
  $all,
  $bitsAllClear,
  $bitsAllSet,
  $bitsAnyClear,
  $bitsAnySet,
  $elemMatch,
  $eq,
  $exists,
  $gt,
  $gte,
  $in,
  $lt,
  $lte,
  $mod,
  $ne,
  $nin,
  $options,
  $regex,
  $size,
  $type,
};
