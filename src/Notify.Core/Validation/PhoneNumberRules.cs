using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Notify.Core.Templates;
using PhoneNumbers;

namespace Notify.Core.Validation;

/// <summary>
/// Reads phone numbers as people write them, and writes them in E.164 form, so that stores and providers see one spelling.
/// </summary>
/// <remarks>
/// A number must be possible, by its country code and its number of digits. Whether its range was handed out is not asked: ranges
/// are opened every month, and a rule that is older than a range would refuse good numbers. The library and its data are loaded
/// with the first number, so an application without SMS never loads them.
/// </remarks>
internal sealed class PhoneNumberRules(IOptions<NotificationsOptions> options)
{
    private const string NotANumber = "This is not a phone number. Write it with its country code, such as +46701234567.";

    /// <summary>Whether this is the two-letter code of a region whose numbers are known, such as <c>SE</c>.</summary>
    public static bool IsRegion(string code) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(code);

    /// <summary>Finds why no phone has this number; null when one may.</summary>
    public string? FindError(string number) => Parse(number, out _);

    /// <summary>Writes the number in E.164 form. What is not a phone number stays as it is, for validation to find.</summary>
    public string Normalize(string number) => Parse(number, out var normalized) is null ? normalized! : number;

    /// <summary>Writes the phone numbers that a trigger names in E.164 form.</summary>
    public Trigger Normalize(Trigger trigger) =>
        trigger.To?.Any(recipient => recipient?.Channel == Channel.Sms) == true
            ? trigger with
            {
                To = [.. trigger.To.Select(Normalize)],
            }
            : trigger;

    /// <summary>Writes a user's phone number in E.164 form.</summary>
    public User Normalize(User user)
    {
        if (!user.Addresses.TryGetValue(Channel.Sms.Name, out var number) || number is null)
            return user;

        var normalized = Normalize(number);
        return normalized == number
            ? user
            : user with
            {
                Addresses = new Dictionary<string, string>(user.Addresses) { [Channel.Sms.Name] = normalized },
            };
    }

    private Recipient Normalize(Recipient recipient) =>
        recipient?.Channel == Channel.Sms && Normalize(recipient.Value ?? "") is var number && number != recipient.Value
            ? Recipient.Phone(number)
            : recipient!;

    private string? Parse(string text, out string? normalized)
    {
        normalized = null;
        text = Clean(text);
        // The library also reads letters on a keypad and extensions, which no message reaches.
        if (text.Any(char.IsLetter) || !text.Any(char.IsDigit))
            return NotANumber;

        var region = options.Value.DefaultPhoneRegion;
        var error = Parse(text, region, out normalized);
        // Most of the world dials 00 for +. Where a region dials something else, its own reading comes first.
        return error is not null && text.StartsWith("00", StringComparison.Ordinal)
            ? Parse($"+{text[2..]}", region, out normalized)
            : error;
    }

    // Numbers that are copied from a document or an address book come with thin spaces and invisible direction marks.
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
                return "Leave out the extension: no message can be sent to it.";
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
                    "Write the phone number with its country code, such as +46701234567.",
                ErrorType.INVALID_COUNTRY_CODE => "No country has this country code. Write the phone number as +46701234567.",
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
            PhoneNumberUtil.ValidationResult.IS_POSSIBLE_LOCAL_ONLY => "Write the phone number with its area code.",
            PhoneNumberUtil.ValidationResult.INVALID_COUNTRY_CODE =>
                "No country has this country code. Write the phone number as +46701234567.",
            PhoneNumberUtil.ValidationResult.TOO_SHORT => "The phone number has too few digits for its country.",
            PhoneNumberUtil.ValidationResult.TOO_LONG => "The phone number has too many digits for its country.",
            _ => "No phone number of its country has this many digits.",
        };
}
