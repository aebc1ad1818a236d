using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using PhoneNumbers;

namespace Notify.Core.Validation;

/// <summary>
/// Parses phone numbers as people write them, and formats them as E.164, so that stores and providers see a single spelling.
/// </summary>
/// <remarks>
/// A number must have a valid country code and number of digits. Whether its range is assigned is not checked: new ranges are
/// assigned every month, and outdated data would reject valid numbers. The library and its data are loaded with the first number,
/// so an application without SMS never loads them.
/// </remarks>
internal sealed class PhoneNumberRules(IOptions<NotificationsOptions> options)
{
    private const string NotANumber = "This is not a phone number. Use a number with its country code, such as +46701234567.";

    /// <summary>Determines whether a text is the two-letter code of a known region, such as <c>SE</c>.</summary>
    public static bool IsRegion(string code) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(code);

    /// <summary>Finds the reason why a number is not valid; null if it is.</summary>
    public string? FindError(string number) => Parse(number, out _);

    /// <summary>Formats a number as E.164. An invalid number is returned unchanged, for validation to find.</summary>
    public string Normalize(string number) => Parse(number, out var normalized) is null ? normalized! : number;

    /// <summary>Formats the phone numbers of a trigger as E.164.</summary>
    public Trigger Normalize(Trigger trigger) =>
        trigger.To?.Any(recipient => recipient?.Channel == Channel.Sms) == true
            ? trigger with
            {
                To = [.. trigger.To.Select(Normalize)],
            }
            : trigger;

    /// <summary>Formats the phone number of a user as E.164.</summary>
    public User Normalize(User user)
    {
        if (!user.Addresses.TryGetValue(Channel.Sms.AddressName, out var number) || number is null)
            return user;

        var normalized = Normalize(number);
        return normalized == number
            ? user
            : user with
            {
                Addresses = new Dictionary<string, string>(user.Addresses) { [Channel.Sms.AddressName] = normalized },
            };
    }

    private Recipient Normalize(Recipient recipient) =>
        recipient?.Channel == Channel.Sms && Normalize(recipient.Value ?? "") is var number && number != recipient.Value
            ? Recipient.Phone(number) with
            {
                DataElement = recipient.DataElement,
            }
            : recipient!;

    private string? Parse(string text, out string? normalized)
    {
        normalized = null;
        text = Clean(text);
        // The library also accepts letters (as on a keypad) and extensions, which messages cannot be sent to.
        if (text.Any(char.IsLetter) || !text.Any(char.IsDigit))
            return NotANumber;

        var region = options.Value.DefaultPhoneRegion;
        var error = Parse(text, region, out normalized);
        // Most of the world dials 00 for +. In a region with another prefix, its own interpretation comes first.
        return error is not null && text.StartsWith("00", StringComparison.Ordinal)
            ? Parse($"+{text[2..]}", region, out normalized)
            : error;
    }

    // Numbers that were copied from a document or an address book may contain thin spaces and invisible direction marks.
    private static string Clean(string text) =>
        Ascii.IsValid(text)
            ? text.Trim()
            : string.Concat(
                    text.Where(character => char.GetUnicodeCategory(character) != UnicodeCategory.Format)
                        .Select(character => char.IsWhiteSpace(character) ? ' ' : character)
                )
                .Trim();

    private static string? Parse(string text, string? region, out string? normalized)
    {
        normalized = null;
        var library = PhoneNumberUtil.GetInstance();
        try
        {
            var number = library.Parse(text, region);
            if (number.HasExtension)
                return "Omit the extension. Messages cannot be sent to it.";
            if (Describe(library.IsPossibleNumberWithReason(number)) is { } error)
                return error;
            normalized = library.Format(number, PhoneNumberFormat.E164);
            return null;
        }
        catch (NumberParseException exception)
        {
            return exception.ErrorType switch
            {
                ErrorType.INVALID_COUNTRY_CODE when region is null && !text.StartsWith('+') =>
                    "Use a phone number with its country code, such as +46701234567.",
                ErrorType.INVALID_COUNTRY_CODE => "This country code does not exist. Use the form +46701234567.",
                ErrorType.TOO_LONG => Describe(PhoneNumberUtil.ValidationResult.TOO_LONG),
                ErrorType.TOO_SHORT_NSN or ErrorType.TOO_SHORT_AFTER_IDD => Describe(PhoneNumberUtil.ValidationResult.TOO_SHORT),
                _ => NotANumber,
            };
        }
    }

    private static string? Describe(PhoneNumberUtil.ValidationResult result) =>
        result switch
        {
            PhoneNumberUtil.ValidationResult.IS_POSSIBLE => null,
            PhoneNumberUtil.ValidationResult.IS_POSSIBLE_LOCAL_ONLY => "Use a phone number with its area code.",
            PhoneNumberUtil.ValidationResult.INVALID_COUNTRY_CODE =>
                "This country code does not exist. Use the form +46701234567.",
            PhoneNumberUtil.ValidationResult.TOO_SHORT => "The phone number has too few digits for its country.",
            PhoneNumberUtil.ValidationResult.TOO_LONG => "The phone number has too many digits for its country.",
            _ => "Phone numbers of this country do not have this many digits.",
        };
}
