using System.Text;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>Converts values of the domain to and from BSON.</summary>
internal static class BsonForm
{
    private const int MostEntries = 1_000;

    // MongoDB stores times in milliseconds, up to the year 9999.
    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static BsonValue ToBsonValue(this Guid id) => new BsonBinaryData(id, GuidRepresentation.Standard);

    public static BsonArray ToBsonValue(this IEnumerable<Guid> ids) => new(ids.Select(ToBsonValue));

    /// <summary>
    /// Converts a time, rounded up to the millisecond. Times in filters are rounded the same way, so a delivery that is due at
    /// a time is found at that time, and none is due early.
    /// </summary>
    public static BsonValue ToBsonValue(this DateTimeOffset time)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        var isWhole = time.UtcTicks % TimeSpan.TicksPerMillisecond == 0;
        return new BsonDateTime(Math.Min(LastMillisecond, isWhole ? milliseconds : milliseconds + 1));
    }

    /// <summary>
    /// Converts a vendor's text, replacing characters that BSON cannot store. A settlement must never fail because of them.
    /// </summary>
    public static BsonValue ToBsonWords(this string? words) =>
        words is null ? BsonNull.Value : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(words));

    public static DateTimeOffset AsTime(this BsonValue value) =>
        DateTimeOffset.FromUnixTimeMilliseconds(value.AsBsonDateTime.MillisecondsSinceEpoch);

    public static DateTimeOffset? TimeOrNull(this BsonDocument document, string field) => ValueOrNull(document, field)?.AsTime();

    public static string? TextOrNull(this BsonDocument document, string field) => ValueOrNull(document, field)?.AsString;

    public static BsonValue? ValueOrNull(this BsonDocument document, string field) =>
        document.TryGetValue(field, out var value) && !value.IsBsonNull ? value : null;

    /// <summary>Adds a field if it has a value. Omitting the others saves space in a large number of documents.</summary>
    public static BsonDocument With(this BsonDocument document, string field, BsonValue? value) =>
        value is null || value.IsBsonNull ? document : document.Add(field, value);

    /// <summary>
    /// Creates the operator that appends to a list and keeps its newest entries. Lists that grow without bound, such as the
    /// receipts of an email that is opened again and again, must not reach the 16 MiB limit of a document.
    /// </summary>
    public static BsonDocument Append(IEnumerable<string> entries) =>
        new() { { "$each", new BsonArray(entries) }, { "$slice", -MostEntries } };

    /// <summary>Combines parts into one key. Different lists of parts have different keys.</summary>
    public static string Key(params ReadOnlySpan<string> parts)
    {
        var key = new StringBuilder();
        foreach (var part in parts)
            key.Append(part.Length).Append(':').Append(part);
        return key.ToString();
    }
}
