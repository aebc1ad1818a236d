using Notify.Queueing;

namespace Notify.Load.Wire;

/// <summary>
/// A vendor that speaks HTTP: what its provider is given to send, and what the sink answers in the vendor's stead.
/// </summary>
internal abstract class WireVendor
{
    /// <summary>The vendor's name, which is its provider's too.</summary>
    public abstract string Name { get; }

    /// <summary>How many requests a connection takes at a time, where the vendor speaks HTTP/2.</summary>
    public virtual int MaxStreams => 100;

    /// <summary>Whether the answer has to be read because it holds the message's id.</summary>
    public virtual bool HasId => false;

    public static WireVendor Of(string name) =>
        name switch
        {
            "apns" => new ApnsVendor(),
            "fcm" => new FcmVendor(),
            "twilio" => new TwilioVendor(),
            "webhook" => new WebhookVendor(),
            _ => throw new ArgumentException($"'{name}' is no vendor."),
        };

    /// <summary>Adds the provider.</summary>
    /// <param name="notifications">The application's notifications.</param>
    /// <param name="address">Where the sink listens.</param>
    public abstract void AddTo(INotificationsBuilder notifications, Uri address);

    /// <summary>What the sink answers to every request at a path.</summary>
    public abstract SinkAnswer AnswerAt(string path);

    /// <summary>One of the deliveries that a turn repeats.</summary>
    /// <param name="number">The recipient's number.</param>
    /// <param name="address">Where the sink listens.</param>
    public Delivery DeliveryTo(int number, Uri address) => WireDelivery.Of(Name, AddressOf(number, address), ContentFor(number));

    protected abstract Address AddressOf(int number, Uri address);

    protected virtual Content ContentFor(int number) =>
        new()
        {
            Title = "Your order",
            Body = "It was shipped and will arrive tomorrow.",
            Data = new Dictionary<string, string> { ["order"] = $"{100_000 + number}" },
        };
}
