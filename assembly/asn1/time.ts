// Time in certificates (RFC 5280, 4.1.2.5): UTCTime as YYMMDDHHMMSSZ or GeneralizedTime as YYYYMMDDHHMMSSZ, in UTC, to the
// second, and no other of the forms that ASN.1 has.

import { Bytes } from "../bytes/bytes";
import { DerReader } from "./der";
import { GENERALIZED_TIME, UTC_TIME } from "./tag";

const SECONDS_OF_DAY: i64 = 86400;

/** The Unix seconds of the next element. Anything but such a time is a failure of the reader. */
export function readTime(reader: DerReader): i64 {
  const isGeneralized = reader.tag() == GENERALIZED_TIME;
  const text = reader.read(isGeneralized ? GENERALIZED_TIME : UTC_TIME);
  const yearDigits = isGeneralized ? 4 : 2;
  if (reader.failed || text.length != yearDigits + 11 || text.at(text.length - 1) != 0x5a)
    return none(reader);
  for (let i = 0; i < text.length - 1; i++) if (text.at(i) < 0x30 || text.at(i) > 0x39) return none(reader);

  let year = two(text, 0);
  if (isGeneralized) year = year * 100 + two(text, 2);
  else year += year < 50 ? 2000 : 1900;
  const month = two(text, yearDigits);
  const day = two(text, yearDigits + 2);
  const hour = two(text, yearDigits + 4);
  const minute = two(text, yearDigits + 6);
  const second = two(text, yearDigits + 8);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return none(reader);
  if (hour > 23 || minute > 59 || second > 59) return none(reader);
  return daysSince1970(year, month, day) * SECONDS_OF_DAY + <i64>(hour * 3600 + minute * 60 + second);
}

function none(reader: DerReader): i64 {
  reader.failed = true;
  return 0;
}

function two(text: Bytes, at: i32): i32 {
  return (text.at(at) - 0x30) * 10 + (text.at(at + 1) - 0x30);
}

function daysIn(month: i32, year: i32): i32 {
  if (month == 2) return isLeap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

function isLeap(year: i32): bool {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/** Days of the Gregorian calendar; years begin in March, so that a leap day is a year's last. */
function daysSince1970(year: i32, month: i32, day: i32): i64 {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  // 719468 days from 0000-03-01 to 1970-01-01; y may be -1.
  const leapDays = floorDivide(y, 4) - floorDivide(y, 100) + floorDivide(y, 400);
  return <i64>(y * 365 + leapDays + (m * 153 + 2) / 5 + day - 1 - 719468);
}

function floorDivide(a: i32, b: i32): i32 {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}
