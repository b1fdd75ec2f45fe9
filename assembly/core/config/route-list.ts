// The routes of a configuration, the most specific first: the first that matches is the one.

import { ByteWriter } from "../bytes/byte-writer";
import { Route, RouteSubject } from "./route";

@unmanaged
export class RouteList {
  /** u32 address per route; owned. */
  private entries: ByteWriter = new ByteWriter();
  /** Some route asks for the path, or for Envoy's name of the route. */
  readsPath: bool = false;
  readsRouteName: bool = false;

  get count(): u32 {
    return this.entries.length >> 2;
  }

  at(index: u32): Route {
    return changetype<Route>(<usize>load<u32>(this.entries.at + ((<usize>index) << 2)));
  }

  /** Takes a route over, behind those that are as specific. */
  add(route: Route): void {
    let place = this.count;
    this.entries.u32(0);
    while (place > 0 && route.isMoreSpecific(this.at(place - 1))) {
      this.set(place, this.at(place - 1));
      place--;
    }
    this.set(place, route);
    if (route.path.len != 0) this.readsPath = true;
    if (route.routeName.len != 0) this.readsRouteName = true;
  }

  /** Place of the route for `subject`, or -1. */
  find(subject: RouteSubject): i32 {
    for (let i: u32 = 0; i < this.count; i++) if (this.at(i).matches(subject)) return i;
    return -1;
  }

  free(): void {
    for (let i: u32 = 0; i < this.count; i++) this.at(i).free();
    this.entries.free();
    heap.free(changetype<usize>(this.entries));
    heap.free(changetype<usize>(this));
  }

  private set(index: u32, route: Route): void {
    store<u32>(this.entries.at + ((<usize>index) << 2), <u32>changetype<usize>(route));
  }
}
