import { expect, test } from "vitest";
import { customerAddress, CUSTOMERS, ENROL, entryAddress, routeOf, stopAddress, SYNC, TO_DO, TODAY, workAddress } from "../src/route";

test("addresses read back", () => {
  expect(routeOf(stopAddress("s1"))).toEqual({ screen: "stop", stop: "s1", page: undefined });
  expect(routeOf(stopAddress("s1", "sign"))).toEqual({ screen: "stop", stop: "s1", page: "sign" });
  expect(routeOf(entryAddress("e1"))).toEqual({ screen: "entry", entry: "e1" });
  expect(routeOf(CUSTOMERS)).toEqual({ screen: "customers" });
  expect(routeOf(customerAddress("c1"))).toEqual({ screen: "customer", customer: "c1", from: undefined });
  expect(routeOf(customerAddress("c1", "s1"))).toEqual({ screen: "customer", customer: "c1", from: "s1" });
  expect(routeOf(SYNC)).toEqual({ screen: "sync" });
  expect(routeOf(ENROL)).toEqual({ screen: "enrol" });
  expect(routeOf(TODAY)).toEqual({ screen: "today", server: undefined });
});

test("a page of a customer's contacts or follow-ups reads back with where one came from", () => {
  const work = { screen: "customer-work", customer: "c1", key: undefined, page: undefined, stop: undefined, contact: undefined };
  expect(routeOf(workAddress("c1", ["contacts"]))).toEqual({ ...work, folder: "contacts" });
  expect(routeOf(workAddress("c1", ["contacts", "k1", "end"], "s1"))).toEqual({ ...work, folder: "contacts", key: "k1", page: "end", stop: "s1" });
  expect(routeOf(workAddress("c1", ["follow-ups", "new"], undefined, { contact: "k1" }))).toEqual({ ...work, folder: "follow-ups", key: "new", contact: "k1" });
  expect(routeOf(TO_DO)).toEqual({ screen: "to-do" });
});

test("the start address may propose a server, and nonsense is today", () => {
  expect(routeOf("#/?server=http://127.0.0.1:8080")).toEqual({ screen: "today", server: "http://127.0.0.1:8080" });
  for (const hash of ["", "#", "#/stops/", "#/nothing"]) expect(routeOf(hash).screen).toBe("today");
  expect(routeOf("#/stops/s1/nothing")).toEqual({ screen: "stop", stop: "s1", page: undefined });
});
