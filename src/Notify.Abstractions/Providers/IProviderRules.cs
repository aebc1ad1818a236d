using System.Text.Json;

namespace Notify.Providers;

/// <summary>
/// The rules for addresses and content that a provider can send. Anything that it could never send is rejected on registration or
/// triggering, instead of failing at every attempt. Implementations are registered as services alongside the provider, which
/// applies the same rules.
/// </summary>
public interface IProviderRules
{
    /// <summary>Gets the name of the provider.</summary>
    string Provider { get; }

    /// <summary>
    /// Gets the names in <see cref="Content.Overrides"/> that the provider uses, such as <c>fcm</c>. A name that no provider uses
    /// is rejected. The default implementation returns none.
    /// </summary>
    IReadOnlyCollection<string> OverrideNames => [];

    /// <summary>Finds the reason why the provider could never send to an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The error, which must not contain the address; null if the provider may be able to send to it.</returns>
    string? FindAddressError(Address address);

    /// <summary>Finds errors in the vendor-specific overrides of the content.</summary>
    /// <param name="overrides">The overrides, by vendor.</param>
    /// <returns>
    /// The errors, whose fields begin with the name of the vendor, such as <c>fcm.android.ttl</c>; empty if there are none.
    /// </returns>
    IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides);

    /// <summary>
    /// Finds the parts of the content that the provider could never send. The default implementation finds none.
    /// </summary>
    /// <param name="content">The content, as given or as rendered.</param>
    /// <param name="to">The address; null if it is not known yet, because the recipient is a user or a topic.</param>
    /// <returns>The errors, whose fields are relative to the content, such as <c>body</c>; empty if there are none.</returns>
    IEnumerable<FieldError> FindContentErrors(Content content, Address? to) => [];

    /// <summary>
    /// Determines why the provider does not send from the sender that a content names (<see cref="EmailContent.From"/> or
    /// <see cref="SmsContent.From"/>). Such a content is routed only to providers that send from its sender. By default, a
    /// provider sends only from the sender in its options.
    /// </summary>
    /// <param name="sender">The email address, phone number or sender ID.</param>
    /// <returns>The error, which names the senders that are allowed; null if the provider sends from the sender.</returns>
    string? FindSenderError(string sender) =>
        $"The provider '{Provider}' sends only from the sender in its options. Omit this field.";

    /// <summary>
    /// Determines why the provider does not attach the file at a URL (<see cref="Attachment.Url"/>). A content with such files is
    /// routed only to providers that fetch them. By default, a provider attaches only files whose bytes are in the content.
    /// </summary>
    /// <param name="url">The URL, a valid absolute http or https URL.</param>
    /// <returns>The error; null if the provider fetches the file when it sends a delivery.</returns>
    string? FindAttachmentUrlError(string url) => $"The provider '{Provider}' cannot attach files by URL. Send their bytes.";
}
