using System.Globalization;
using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// The document of the counts of one day that have the same names. It contains the counts of the day's minutes, of its hours, and
/// of the whole day, so one update of one document moves minutes to hours.
/// </summary>
internal static class AnalyticsDocument
{
    public const string Id = "_id";

    /// <summary>The tenant. With the day, it is the shard key.</summary>
    public const string Tenant = "tenant";

    public const string Day = "day";

    /// <summary>The shortest resolution of the counts in the document.</summary>
    public const string Shortest = "shortest";

    /// <summary>The number of changes, by which a roll-up notices that the document changed meanwhile.</summary>
    public const string Changes = "changes";

    /// <summary>The position of the last batch of each source that was added.</summary>
    public const string Added = "added";

    public const string Measure = "measure";

    private const string OfDay = "d";

    /// <summary>The names, in the order of <see cref="StoredCount.WriteNames"/>.</summary>
    public static readonly string[] Names = ["detail", "channel", "provider", "template", "workflow", "category"];

    /// <summary>The projection of the id and the shard key.</summary>
    public static readonly BsonDocument Key = new() { { Tenant, 1 }, { Day, 1 } };

    // The fields with the counts, by resolution. Those of minutes and hours contain numbers within the day.
    private static readonly string[] Fields = ["m", "h", OfDay];

    /// <summary>Gets the id of the document that contains a count.</summary>
    public static string GetId(AnalyticsCount count)
    {
        var day = GetDay(count).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var measure = ((int)count.Measure).ToString(CultureInfo.InvariantCulture);
        return BsonForm.Key([count.Tenant, day, measure, .. StoredCount.WriteNames(count)]);
    }

    /// <summary>Creates the filter for the document that contains a count.</summary>
    public static BsonDocument GetKey(AnalyticsCount count) =>
        new()
        {
            { Id, GetId(count) },
            { Tenant, count.Tenant },
            { Day, GetDay(count).ToBsonValue() },
        };

    /// <summary>Gets the fields that a new document has besides its key.</summary>
    public static BsonDocument GetKind(AnalyticsCount count)
    {
        var kind = new BsonDocument(Measure, (int)count.Measure);
        foreach (var (name, value) in Names.Zip(StoredCount.WriteNames(count)))
            kind.Add(name, value);
        return kind;
    }

    /// <summary>Creates the update that adds counts, all of the same document.</summary>
    public static BsonDocument Add(IEnumerable<AnalyticsCount> counts)
    {
        var add = new BsonDocument(Changes, 1L);
        var shortest = AnalyticsResolution.Day;
        foreach (var count in counts)
        {
            var field = GetField(count);
            add[field] = add.GetValue(field, 0L).AsInt64 + count.Value;
            shortest = count.Resolution < shortest ? count.Resolution : shortest;
        }

        return new BsonDocument { { "$inc", add }, { "$min", new BsonDocument(Shortest, (int)shortest) } };
    }

    /// <summary>Reads the counts of a document.</summary>
    public static IEnumerable<AnalyticsCount> Read(BsonDocument document)
    {
        var day = StoredCount.WithNames(
            new AnalyticsCount
            {
                Time = document[Day].AsTime(),
                Resolution = AnalyticsResolution.Day,
                Tenant = document[Tenant].AsString,
                Measure = (AnalyticsMeasure)document[Measure].AsInt32,
                Value = 0,
            },
            [.. Names.Select(name => document[name].AsString)]
        );
        for (var resolution = AnalyticsResolution.Minute; resolution < AnalyticsResolution.Day; resolution++)
        {
            foreach (var count in document.GetValue(Fields[(int)resolution], new BsonDocument()).AsBsonDocument)
                yield return day with
                {
                    Time = day.Time + (int.Parse(count.Name, CultureInfo.InvariantCulture) * resolution.GetLength()),
                    Resolution = resolution,
                    Value = count.Value.AsInt64,
                };
        }

        if (document.TryGetValue(OfDay, out var value))
            yield return day with
            {
                Value = value.AsInt64,
            };
    }

    /// <summary>Creates the update of a document whose counts of a resolution are moved to the next longer one.</summary>
    public static BsonDocument RollUp(BsonDocument document, AnalyticsResolution resolution)
    {
        var longer = resolution + 1;
        var set = new BsonDocument { { Shortest, (int)longer }, { Changes, document[Changes].AsInt64 + 1 } };
        var moved = Read(document).Select(count => count.Resolution == resolution ? AnalyticsPeriods.RollUp(count) : count);
        foreach (var period in moved.Where(count => count.Resolution == longer).GroupBy(GetField))
            set.Add(period.Key, period.Sum(count => count.Value));
        return new BsonDocument { { "$set", set }, { "$unset", new BsonDocument(Fields[(int)resolution], "") } };
    }

    private static DateTimeOffset GetDay(AnalyticsCount count) => AnalyticsResolution.Day.GetStart(count.Time);

    private static string GetField(AnalyticsCount count)
    {
        var field = Fields[(int)count.Resolution];
        return count.Resolution == AnalyticsResolution.Day
            ? field
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{field}.{(count.Time - GetDay(count)).Ticks / count.Resolution.GetLength().Ticks}"
            );
    }
}
