import { $addToSet, $pop, $pull, $pullAll, $push } from "./arrays.ts";
import {
  $currentDate,
  $max,
  $min,
  $nothing,
  $rename,
  $set,
  $setOnInsert,
  $unset,
} from "./fields.ts";
import { $bit, $inc, $mul } from "./numbers.ts";
import type { UpdateOperator } from "./target.ts";

/** The operators of an update. `$nothing` is no client's: it marks where `$rename` writes. */
export const updateOperators: Readonly<Record<string, UpdateOperator>> = {
  $addToSet,
  $bit,
  $currentDate,
  $inc,
  $max,
  $min,
  $mul,
  $nothing,
  $pop,
  $pull,
  $pullAll,
  $push,
  $rename,
  $set,
  $setOnInsert,
  $unset,
};
