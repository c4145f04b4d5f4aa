import { Args, Resolver, Root, Subscription } from "type-graphql";
import { HealthChanged } from "../schema/health-changed.ts";
import { NodeLabelsChanged } from "../schema/node-labels-changed.ts";
import { NodesChanged } from "../schema/nodes-changed.ts";
import { PodsChanged } from "../schema/pods-changed.ts";
import { ResourcesChanged } from "../schema/resources-changed.ts";
import {
  HealthChangedArgs,
  NodeLabelsChangedArgs,
  NodesChangedArgs,
  PodsChangedArgs,
  ResourcesChangedArgs,
  WorkloadsChangedArgs,
} from "../schema/stream-args.ts";
import { WorkloadsChanged } from "../schema/workloads-changed.ts";
import type {
  ChangeMessage,
  HealthMessage,
  KindArgs,
  NodeLabelsMessage,
  RequestContext,
  StreamArgs,
} from "../src/loaders/request-context.ts";

/** Streams; each subscribes to one, whose iterable ends with the operation. What it yields is the answer. */
@Resolver()
export class ChangeSubscriptions {
  @Subscription(() => PodsChanged, {
    subscribe: ({ context, args }: Subscribed) => context.streams.changes("Pod", args as StreamArgs),
    description: "Pods as they come, change and go.",
  })
  podsChanged(@Root() message: Message, @Args(() => PodsChangedArgs) _args: unknown): Message {
    return message;
  }

  @Subscription(() => NodesChanged, {
    subscribe: ({ context, args }: Subscribed) => context.streams.changes("ClusterNode", args as StreamArgs),
    description: "Kubernetes nodes as they come, change and go.",
  })
  nodesChanged(@Root() message: Message, @Args(() => NodesChangedArgs) _args: unknown): Message {
    return message;
  }

  @Subscription(() => WorkloadsChanged, {
    subscribe: ({ context, args }: Subscribed) => context.streams.changes("Workload", args as StreamArgs),
    description: "Workloads as they come, change and go.",
  })
  workloadsChanged(@Root() message: Message, @Args(() => WorkloadsChangedArgs) _args: unknown): Message {
    return message;
  }

  @Subscription(() => ResourcesChanged, {
    subscribe: ({ context, args }: Subscribed) => context.streams.resources(args as StreamArgs & KindArgs),
    description: "Objects of any kind as they come, change and go.",
  })
  resourcesChanged(@Root() message: Message, @Args(() => ResourcesChangedArgs) _args: unknown): Message {
    return message;
  }

  @Subscription(() => NodeLabelsChanged, {
    subscribe: ({ context, args }: Subscribed) => context.streams.nodeLabels(args as StreamArgs),
    description: "Labels of nodes as they change; no snapshot.",
  })
  nodeLabelsChanged(@Root() message: Message, @Args(() => NodeLabelsChangedArgs) _args: unknown): Message {
    return message;
  }

  @Subscription(() => HealthChanged, {
    subscribe: ({ context, args }: Subscribed) => context.streams.health(args as StreamArgs),
    description: "Health of clusters, endpoints and nodes as it changes; no snapshot.",
  })
  healthChanged(@Root() message: Message, @Args(() => HealthChangedArgs) _args: unknown): Message {
    return message;
  }
}

type Message = ChangeMessage | NodeLabelsMessage | HealthMessage;

interface Subscribed {
  readonly context: RequestContext;
  readonly args: unknown;
}
