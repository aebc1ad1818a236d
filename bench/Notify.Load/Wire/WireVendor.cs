using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>
/// A vendor with an HTTP API: the deliveries that its provider is given, and the answers that the sink gives in its place.
/// </summary>
internal abstract class WireVendor
{
    /// <summary>The name of the vendor and of its provider.</summary>
    public abstract string Name { get; }

    /// <summary>The number of concurrent requests per connection if the vendor uses HTTP/2.</summary>
    public virtual int MaxStreams => 100;

    /// <summary>Whether the answer must be read because it contains the message's id.</summary>
    public virtual bool HasId => false;

    public static WireVendor Create(string name) =>
        name switch
        {
            "apns" => new ApnsVendor(),
            "fcm" => new FcmVendor(),
            "twilio" => new TwilioVendor(),
            "webhook" => new WebhookVendor(),
            _ => throw new ArgumentException($"'{name}' is not a vendor."),
        };

    /// <summary>Adds the provider.</summary>
    /// <param name="notifications">The builder of the application.</param>
    /// <param name="address">The address of the sink.</param>
    public abstract void AddTo(INotificationsBuilder notifications, Uri address);

    /// <summary>Returns the sink's answer to all requests at a path.</summary>
    public abstract SinkAnswer AnswerAt(string path);

    /// <summary>Creates one of the deliveries that a turn repeats.</summary>
    /// <param name="number">The number of the recipient.</param>
    /// <param name="address">The address of the sink.</param>
    public Delivery CreateDelivery(int number, Uri address) =>
        WireDelivery.Create(Name, CreateAddress(number, address), CreateContent(number));

    protected abstract Address CreateAddress(int number, Uri address);

    protected virtual Content CreateContent(int number) =>
        new()
        {
            Title = "Your order",
            Body = "It was shipped and will arrive tomorrow.",
            Data = new Dictionary<string, string> { ["order"] = $"{100_000 + number}" },
        };
}
