namespace Notify.Hosting;

/// <summary>A call of the HTTP API that another process serves.</summary>
/// <param name="Feature">The feature that the call belongs to.</param>
/// <param name="IsLineStream">
/// Whether the body is a stream of lines (NDJSON) of any length, each of which is answered while the next ones are sent. Such a
/// call must be forwarded in both directions at the same time.
/// </param>
public sealed record ForwardedCall(ApiFeatures Feature, bool IsLineStream);
