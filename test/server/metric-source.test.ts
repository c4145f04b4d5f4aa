import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/server/metrics.ts";

describe("metrics of other parts", () => {
  it("should be printed as they are when asked for, counters as counters", async () => {
    let lists = 3;
    const metrics = createMetrics(new Registry(), [
      {
        name: "demo_objects",
        help: "Held.",
        labelNames: ["cluster"],
        collect: () => [{ labels: { cluster: "home" }, value: 7 }],
      },
      {
        name: "demo_lists_total",
        help: "Begun.",
        type: "counter",
        labelNames: [],
        collect: () => [{ labels: {}, value: lists }],
      },
    ]);
    try {
      expect((await metrics.print()).text).toContain('demo_objects{cluster="home"} 7');
      lists = 5;
      const { text } = await metrics.print();
      expect(text).toContain("# TYPE demo_lists_total counter\ndemo_lists_total 5");
      expect(text).toContain("# TYPE demo_objects gauge");
    } finally {
      metrics.dispose();
    }
  });
});
