using System.Diagnostics.CodeAnalysis;

namespace Notify.Hosting;

/// <summary>A call of the HTTP API that another process serves.</summary>
public sealed record ForwardedCall
{
    /// <summary>Creates the value.</summary>
    /// <param name="feature">The feature that the call belongs to.</param>
    /// <param name="isLineStream">
    /// Whether the body is a stream of lines (NDJSON) of any length, each of which is answered while the next ones are sent. Such
    /// a call must be forwarded in both directions at the same time.
    /// </param>
    [SetsRequiredMembers]
    public ForwardedCall(ApiFeatures feature, bool isLineStream) => (Feature, IsLineStream) = (feature, isLineStream);

    /// <summary>Gets the feature that the call belongs to.</summary>
    public required ApiFeatures Feature { get; init; }

    /// <summary>
    /// Gets whether the body is a stream of lines (NDJSON) of any length, each of which is answered while the next ones are sent.
    /// Such a call must be forwarded in both directions at the same time.
    /// </summary>
    public required bool IsLineStream { get; init; }
}
