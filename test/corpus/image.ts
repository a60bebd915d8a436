import { aHistory, type CorpusCase, notStarted, repository, stopped, times } from './history.ts';

const refused = (stoppedReason: string, outcome: 'failed' | 'in_progress' = 'failed') =>
  aHistory({ outcome, tasks: times(3, () => notStarted(stoppedReason)) });

/** The image cannot be had, or does not run here. */
export const imageCases: readonly CorpusCase[] = [
  {
    name: 'tag that does not exist in ECR',
    history: refused(
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${repository}:1.8.0: ${repository}:1.8.0: not found`,
    ),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'high',
    why: 'The registry was reached and does not know the tag.',
  },
  {
    name: 'tag that is gone, cut off by Fargate',
    history: refused(
      'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/library/web',
      'in_progress',
    ),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'high',
    why: 'Fargate cuts messages off; nothing of a network fault is in what is left.',
  },
  {
    name: 'manifest unknown',
    history: refused(
      `CannotPullContainerError: Error response from daemon: manifest for ${repository}:1.8.0 not found: manifest unknown: Requested image not found`,
    ),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'high',
    why: 'The wording of older platform versions and of container instances.',
  },
  {
    name: 'reason in the container alone',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        notStarted('Task failed to start', {
          containers: [
            { name: 'web', lastStatus: 'STOPPED', reason: `CannotPullContainerError: ${repository}:1.8.0: not found` },
          ],
        }),
      ),
    }),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'high',
    why: 'The task says only that it failed to start; its container says why.',
  },
  {
    name: 'image for another CPU architecture',
    history: refused(
      "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
    class: 'image',
    cause: 'platform',
    confidence: 'high',
    why: 'It was built for arm64 only.',
  },
  {
    name: 'program for another CPU architecture',
    history: aHistory({
      tasks: times(2, () =>
        stopped('TaskFailedToStart', 'CannotStartContainerError: exec /app/web: exec format error', {
          startedAt: undefined,
          containers: [{ name: 'web', lastStatus: 'STOPPED' }],
        }),
      ),
    }),
    class: 'image',
    cause: 'platform',
    confidence: 'high',
    why: 'The image names no platform, its program does.',
  },
  {
    name: 'pull that the execution role may not make',
    history: refused(
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${repository}:1.8.0: pulling from host 111122223333.dkr.ecr.eu-west-1.amazonaws.com failed with status code [manifests 1.8.0]: 403 Forbidden`,
    ),
    class: 'image',
    cause: 'pull_denied',
    confidence: 'high',
    why: 'ECR answered 403.',
  },
  {
    name: 'pull without a login',
    history: refused(
      `CannotPullContainerError: Error response from daemon: Head https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/1.8.0: no basic auth credentials`,
    ),
    class: 'image',
    cause: 'pull_denied',
    confidence: 'high',
    why: 'Reached, and refused for want of credentials.',
  },
  {
    name: 'repository that is private or does not exist',
    history: refused(
      "CannotPullContainerError: Error response from daemon: pull access denied for webb, repository does not exist or may require 'docker login'",
    ),
    class: 'image',
    cause: 'pull_denied',
    confidence: 'high',
    why: 'Docker Hub does not tell the two apart; the class is the same.',
  },
  {
    name: 'pull refused, in the newer wording',
    history: refused(
      'The task can’t pull the image. Check that the role has the permissions to pull images from the registry. AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken',
    ),
    class: 'image',
    cause: 'pull_denied',
    confidence: 'high',
    why: 'AWS words it without the category.',
  },
  {
    name: 'pull rate of Docker Hub',
    history: refused(
      'CannotPullContainerError: inspect image has been retried 5 time(s): httpReaderSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:0f1e: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
    ),
    class: 'image',
    cause: 'pull_rate',
    confidence: 'high',
    why: 'The registry counts pulls.',
  },
  {
    name: 'image larger than the storage',
    history: refused(
      'CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract layer sha256:0f1e: write /var/lib/containerd/layer: no space left on device',
    ),
    class: 'image',
    cause: 'image_too_large',
    confidence: 'high',
    why: 'It came, and does not fit.',
  },
  {
    name: 'pull error of an unknown kind',
    history: refused(
      'CannotPullContainerError: ref pull has been retried 1 time(s): failed to unpack image on snapshotter',
    ),
    class: 'image',
    cause: 'pull',
    confidence: 'medium',
    why: 'The category is known, the rest is not: the kind of failure is sure, its cause is not.',
  },
  {
    name: 'one pull error of a service with one task',
    history: aHistory({
      desiredCount: 1,
      tasks: [notStarted(`CannotPullContainerError: failed to resolve ref ${repository}:1.8.0: not found`)],
    }),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'medium',
    why: 'A clear message, but once.',
  },
];
