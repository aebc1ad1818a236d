using System.Text;

namespace Notify.Load.Wire;

/// <summary>What a sink answers, the same to every request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body; null for none.</param>
internal sealed record SinkAnswer(int Status, string? Json = null)
{
    /// <summary>A header that the vendor writes beside the usual ones.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>
    /// Whether the request was a message; false for what a client asks beside its messages, such as an access token.
    /// </summary>
    public bool IsMessage { get; init; } = true;

    public ReadOnlyMemory<byte> Body { get; } = Encoding.UTF8.GetBytes(Json ?? "");
}
