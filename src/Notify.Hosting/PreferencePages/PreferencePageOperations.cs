using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.PreferencePages;

/// <summary>Describes the endpoints of the page of preferences.</summary>
internal static class PreferencePageOperations
{
    private const string Tag = "links";
    private const string Html = "text/html";

    private static readonly ApiResponse Unknown = new(StatusCodes.Status404NotFound, "A page: the link does not work.")
    {
        MediaType = Html,
    };

    public static ApiOperation Show { get; } =
        new("showPreferencePage", Tag, "Shows the preferences of the user of the link.")
        {
            Description = "Further query parameters are allowed.",
            IsOpen = true,
            Responses = [ApiResponse.Text(Html, "A page with a form."), Unknown],
        };

    public static ApiOperation Save { get; } =
        new("savePreferencePage", Tag, "Saves the form of the page.")
        {
            Description = "The body is what the form of the page sends. Further query parameters are allowed.",
            IsOpen = true,
            ForeignBodies = ["application/x-www-form-urlencoded"],
            Responses = [ApiResponse.Text(Html, "The page with the new choices."), Unknown],
        };
}
