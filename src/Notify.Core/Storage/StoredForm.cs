using System.Text;
using System.Text.Json;
using Notify.Delivering;

namespace Notify.Storage;

/// <summary>The JSON in which stores keep triggers, contents and attempts, so that every store keeps the same.</summary>
public static class StoredForm
{
    /// <summary>A trigger without its content, which <see cref="WriteContents"/> keeps.</summary>
    public static byte[] WriteTrigger(Trigger trigger) =>
        JsonSerializer.SerializeToUtf8Bytes(trigger.Content is null ? trigger : trigger with { Content = null }, NotifyJson.Default.Trigger);

    /// <summary>Reads what <see cref="WriteTrigger"/> wrote.</summary>
    public static Trigger ReadTrigger(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, NotifyJson.Default.Trigger)!;

    /// <summary>The contents that a notification's deliveries share.</summary>
    public static byte[] WriteContents(IReadOnlyList<Content> contents) =>
        JsonSerializer.SerializeToUtf8Bytes(contents, NotifyJson.Default.IReadOnlyListContent);

    /// <summary>Reads what <see cref="WriteContents"/> wrote.</summary>
    public static IReadOnlyList<Content> ReadContents(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, NotifyJson.Default.IReadOnlyListContent)!;

    /// <summary>The content of one delivery.</summary>
    public static byte[] WriteContent(Content content) => JsonSerializer.SerializeToUtf8Bytes(content, NotifyJson.Default.Content);

    /// <summary>Reads what <see cref="WriteContent"/> wrote.</summary>
    public static Content ReadContent(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, NotifyJson.Default.Content)!;

    /// <summary>
    /// One attempt with a trailing comma, so that a store appends it to a delivery's history by joining text
    /// and <see cref="ReadHistory"/> reads the whole.
    /// </summary>
    public static string WriteAttempt(Attempt attempt) => JsonSerializer.Serialize(attempt, NotifyJson.Default.Attempt) + ",";

    /// <summary>Reads the attempts that were joined, oldest first.</summary>
    public static IReadOnlyList<Attempt> ReadHistory(string history) =>
        history.Length == 0
            ? []
            : JsonSerializer.Deserialize(Encoding.UTF8.GetBytes($"[{history[..^1]}]"), NotifyJson.Default.IReadOnlyListAttempt)!;
}
