using System.IO.Compression;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Documents that count together or not at all. One document decides. It is either written last (a notification), or written
/// first with all the others packed into it (a step of an expansion, the closing of a digest); in the second case any process
/// that finds them there finishes the writes.
/// </summary>
internal sealed class PendingWrites
{
    public List<BsonDocument> Deliveries { get; } = [];

    public List<BsonDocument> Expansions { get; } = [];

    public List<BsonDocument> DigestEvents { get; } = [];

    public List<BsonDocument> Notifications { get; } = [];

    public bool IsEmpty => Deliveries.Count + Expansions.Count + DigestEvents.Count + Notifications.Count == 0;

    public void Add(EnqueueRequest request, BsonDocument document)
    {
        var notification = request.Notification;
        Add(request.Deliveries);
        for (var i = 0; i < request.Expansions.Count; i++)
            Expansions.Add(ExpansionDocument.Create(notification, request.Expansions[i], i));
        Add(request.Digests, notification.AcceptedAt);
        Notifications.Add(document);
    }

    public void Add(IEnumerable<QueuedDelivery> deliveries) => Deliveries.AddRange(deliveries.Select(DeliveryDocument.Create));

    public void Add(IEnumerable<DigestEvent> events, DateTimeOffset acceptedAt) =>
        DigestEvents.AddRange(events.Select(collected => DigestDocument.Event(collected, acceptedAt)));

    /// <summary>
    /// Packs the writes into one value. It is compressed, because the events and deliveries of a batch are nearly the same.
    /// </summary>
    public BsonBinaryData Pack()
    {
        var packed = new MemoryStream();
        using (var compressing = new BrotliStream(packed, CompressionLevel.Fastest))
        {
            compressing.Write(
                new BsonDocument
                {
                    { nameof(Deliveries), new BsonArray(Deliveries) },
                    { nameof(Expansions), new BsonArray(Expansions) },
                    { nameof(DigestEvents), new BsonArray(DigestEvents) },
                    { nameof(Notifications), new BsonArray(Notifications) },
                }.ToBson()
            );
        }

        var bytes = packed.ToArray();
        NotificationDocument.ThrowIfTooLarge(bytes.Length, "content");
        return new BsonBinaryData(bytes);
    }

    public static PendingWrites Unpack(BsonValue packed)
    {
        using var compressed = new BrotliStream(new MemoryStream(packed.AsByteArray), CompressionMode.Decompress);
        var whole = new MemoryStream();
        compressed.CopyTo(whole);
        var document = BsonSerializer.Deserialize<BsonDocument>(whole.ToArray());
        var writes = new PendingWrites();
        Fill(writes.Deliveries, nameof(Deliveries));
        Fill(writes.Expansions, nameof(Expansions));
        Fill(writes.DigestEvents, nameof(DigestEvents));
        Fill(writes.Notifications, nameof(Notifications));
        return writes;

        void Fill(List<BsonDocument> documents, string name) =>
            documents.AddRange(document[name].AsBsonArray.Select(value => value.AsBsonDocument));
    }
}
