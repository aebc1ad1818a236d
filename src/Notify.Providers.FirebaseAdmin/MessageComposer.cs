using System.Globalization;
using FirebaseAdmin.Messaging;
using Google.Apis.Json;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using FcmNotification = FirebaseAdmin.Messaging.Notification;
using FcmPriority = FirebaseAdmin.Messaging.Priority;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>Converts deliveries to messages of the SDK.</summary>
internal static class MessageComposer
{
    private const string Override = "fcm";

    /// <summary>The longest time that FCM keeps a message, four weeks (Firebase, "Set the lifespan of a message").</summary>
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(28);

    private static readonly JsonMergeSettings Replacing = new()
    {
        MergeArrayHandling = MergeArrayHandling.Replace,
        MergeNullValueHandling = MergeNullValueHandling.Merge,
    };

    /// <summary>Creates the message for a delivery.</summary>
    /// <exception cref="JsonException">The override cannot be merged into the message.</exception>
    public static Message Compose(Delivery delivery, DateTimeOffset now)
    {
        var content = delivery.Content;
        var message = new Message
        {
            Data = CreateData(content),
            Notification = CreateNotification(content),
            Android = CreateAndroid(delivery, now),
            Apns = CreateApns(delivery),
        };
        if (content.Overrides?.TryGetValue(Override, out var overrides) == true)
            message = Merge(message, overrides.GetRawText());
        FcmTarget.Set(message, delivery.To);
        return message;
    }

    private static IReadOnlyDictionary<string, string>? CreateData(Content content) =>
        content.Push?.Link is { } link
            ? new Dictionary<string, string>(content.Data ?? new Dictionary<string, string>()) { ["link"] = link }
            : content.Data;

    private static FcmNotification? CreateNotification(Content content) =>
        IsSilent(content) || (content.Push?.Badge is not null && HasNoText(content))
            ? null
            : new FcmNotification
            {
                Title = content.Title,
                Body = content.Body,
                ImageUrl = content.Push?.ImageUrl,
            };

    private static AndroidConfig CreateAndroid(Delivery delivery, DateTimeOffset now) =>
        new()
        {
            CollapseKey = delivery.CollapseKey,
            Priority = delivery.Priority == Priority.High ? FcmPriority.High : FcmPriority.Normal,
            TimeToLive = GetTimeToLive(delivery, now),
            Notification = CreateAndroidNotification(delivery.Content, now),
        };

    // The SDK writes every field of an Android notification, including its time, so it is created only if a field is set.
    private static AndroidNotification? CreateAndroidNotification(Content content, DateTimeOffset now) =>
        IsSilent(content)
        || content.Push is not { } push
        || push is { Sound: null, Action: null, Badge: null }
        || (push.Badge is not null && HasNoText(content))
            ? null
            : new AndroidNotification
            {
                Sound = push.Sound,
                ClickAction = push.Action,
                NotificationCount = push.Badge,
                EventTimestamp = now.UtcDateTime,
            };

    private static ApnsConfig CreateApns(Delivery delivery)
    {
        var silent = IsSilent(delivery.Content);
        var headers = new Dictionary<string, string>
        {
            ["apns-expiration"] = delivery.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            // Uses the same priorities as the APNs provider. Apple refuses priority 10 for a background push, and Firebase
            // refuses it for a message that holds only data ("Set the priority of a message").
            ["apns-priority"] = delivery.Priority == Priority.Bulk || HasOnlyData(delivery.Content) ? "5" : "10",
        };
        if (silent && delivery.Content.Push!.Badge is null)
            headers["apns-push-type"] = "background";
        else if (delivery.Content.Push?.Badge is not null && (silent || HasNoText(delivery.Content)))
            headers["apns-push-type"] = "alert";
        if (delivery.CollapseKey is not null)
            headers["apns-collapse-id"] = delivery.CollapseKey;
        return new ApnsConfig { Headers = headers, Aps = CreateAps(delivery.Content.Push, silent) };
    }

    private static Aps CreateAps(PushContent? push, bool silent) =>
        silent
            ? new Aps { ContentAvailable = push!.Badge is null, Badge = push.Badge }
            : new Aps
            {
                Sound = push?.Sound,
                Badge = push?.Badge,
                Category = push?.Action,
                ThreadId = push?.Thread,
                MutableContent = push?.ImageUrl is not null,
            };

    private static bool HasOnlyData(Content content) =>
        content.Push is { IsSilent: true, Badge: null }
        || content is { Title: null, Body: null, Push: null or { ImageUrl: null, Badge: null, Sound: null } };

    private static bool HasNoText(Content content) => content is { Title: null, Body: null, Push: null or { ImageUrl: null } };

    private static bool IsSilent(Content content) => content.Push?.IsSilent == true;

    private static TimeSpan GetTimeToLive(Delivery delivery, DateTimeOffset now)
    {
        var seconds = Math.Floor((delivery.ExpiresAt - now).TotalSeconds);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxTimeToLive.TotalSeconds));
    }

    private static Message Merge(Message message, string json)
    {
        var serializer = NewtonsoftJsonSerializer.Instance;
        var merged = Read(serializer.Serialize(message));
        merged.Merge(Read(json), Replacing);
        return serializer.Deserialize<Message>(merged.ToString());
    }

    // By default, Newtonsoft.Json parses strings that look like dates.
    private static JObject Read(string json)
    {
        using var reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }
}
