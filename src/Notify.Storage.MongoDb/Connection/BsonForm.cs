using System.Text;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>How the domain's values are written to documents and read from them.</summary>
internal static class BsonForm
{
    private const int MostEntries = 1_000;

    // MongoDB counts milliseconds up to the year 9999.
    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static BsonValue ToBsonValue(this Guid id) => new BsonBinaryData(id, GuidRepresentation.Standard);

    public static BsonArray ToBsonValue(this IEnumerable<Guid> ids) => new(ids.Select(ToBsonValue));

    /// <summary>
    /// Every time is rounded up to the millisecond, those to compare with too, so that what was due at a time stays due at it,
    /// and nothing falls due before its millisecond.
    /// </summary>
    public static BsonValue ToBsonValue(this DateTimeOffset time)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        var isWhole = time.UtcTicks % TimeSpan.TicksPerMillisecond == 0;
        return new BsonDateTime(Math.Min(LastMillisecond, isWhole ? milliseconds : milliseconds + 1));
    }

    /// <summary>A vendor's words, without what BSON text cannot hold: a settlement must never fail over them.</summary>
    public static BsonValue ToBsonWords(this string? words) =>
        words is null ? BsonNull.Value : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(words));

    public static DateTimeOffset AsTime(this BsonValue value) =>
        DateTimeOffset.FromUnixTimeMilliseconds(value.AsBsonDateTime.MillisecondsSinceEpoch);

    public static DateTimeOffset? TimeOrNull(this BsonDocument document, string field) => ValueOrNull(document, field)?.AsTime();

    public static string? TextOrNull(this BsonDocument document, string field) => ValueOrNull(document, field)?.AsString;

    public static BsonValue? ValueOrNull(this BsonDocument document, string field) =>
        document.TryGetValue(field, out var value) && !value.IsBsonNull ? value : null;

    /// <summary>Leaves out a field that has no value: documents are many.</summary>
    public static BsonDocument With(this BsonDocument document, string field, BsonValue? value) =>
        value is null || value.IsBsonNull ? document : document.Add(field, value);

    /// <summary>
    /// Adds to a list that belongs to a delivery, and keeps its newest entries: what is added without end, such as the receipts
    /// of a mail that is opened again and again, must not reach the 16 MiB that a document may have.
    /// </summary>
    public static BsonDocument Append(IEnumerable<string> entries) =>
        new() { { "$each", new BsonArray(entries) }, { "$slice", -MostEntries } };

    /// <summary>One key of several parts, of which no two lists give the same.</summary>
    public static string Key(params ReadOnlySpan<string> parts)
    {
        var key = new StringBuilder();
        foreach (var part in parts)
            key.Append(part.Length).Append(':').Append(part);
        return key.ToString();
    }
}
