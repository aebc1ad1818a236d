using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Unsubscribing;

/// <summary>Describes the endpoints to which unsubscribe links lead.</summary>
internal static class UnsubscribeOperations
{
    private const string Tag = "links";
    private const string Html = "text/html";

    private static readonly ApiResponse Unknown = new(StatusCodes.Status404NotFound, "A page: the link does not work.")
    {
        MediaType = Html,
    };

    public static ApiOperation Show { get; } =
        new("showUnsubscribePage", Tag, "Asks the recipient for confirmation. Changes nothing.")
        {
            Description = "Further query parameters are allowed.",
            IsOpen = true,
            Responses = [ApiResponse.Text(Html, "A page with a button."), Unknown],
        };

    public static ApiOperation Unsubscribe { get; } =
        new("unsubscribe", Tag, "Unsubscribes the recipient of the link (RFC 8058).")
        {
            Description = "The body is ignored. Further query parameters are allowed.",
            IsOpen = true,
            Responses = [ApiResponse.Text(Html, "A page: the recipient is unsubscribed."), Unknown],
        };
}
