using Microsoft.Net.Http.Headers;
using Notify.Core.Validation;
using Notify.Hosting.Requests;

namespace Notify.Hosting.OpenApi;

/// <summary>The parameters that several operations share.</summary>
internal static class ApiParameters
{
    public static ApiParameter Tenant { get; } =
        ApiParameter.Header(RequestValues.TenantHeader, _ =>
            Schema.Name(
                "The tenant to act for. Only callers with the scope platform may name another tenant than their own, which is "
                    + "the default.",
                Names.MaxLength,
                Trigger.DefaultTenant
            )
        );

    public static ApiParameter IdempotencyKey { get; } =
        ApiParameter.Header(Requests.IdempotencyKey.Header, _ =>
            Schema.Text(
                $"Carries out the call once, however often it is repeated. A quoted string, or the key without quotes, of at "
                    + $"most {Names.MaxLength} characters.",
                "\"order-42\""
            )
        );

    public static IReadOnlyList<ApiParameter> Preconditions { get; } =
    [
        ApiParameter.Header(HeaderNames.IfMatch, _ =>
            Schema.Text("Requires that the resource has this ETag, or with * that it exists.", "\"1f2e\"", "*")
        ),
        ApiParameter.Header(HeaderNames.IfNoneMatch, _ => Schema.Text("With *, requires that the resource does not exist.", "*")),
    ];

    public static IReadOnlyList<ApiParameter> KnownVersion { get; } =
    [ApiParameter.Header(HeaderNames.IfNoneMatch, _ => Schema.Text("The ETag that the caller already has.", "\"1f2e\""))];

    public static IReadOnlyList<(string Name, string Description)> Version { get; } =
    [(HeaderNames.ETag, "The version of the resource, for If-Match.")];

    /// <summary>Gets the parameters of a page of a list.</summary>
    public static IReadOnlyList<ApiParameter> Page { get; } = CreatePage(RequestPage.MaxLimit);

    /// <summary>Gets the parameters of a page of a list that is ordered by name.</summary>
    public static IReadOnlyList<ApiParameter> NamedPage { get; } =
    [ApiParameter.Query("prefix", _ => Schema.Text("Lists only names that begin with this text.", "a")), .. Page];

    public static IReadOnlyList<ApiParameter> CreatePage(int maxLimit) =>
        [
            ApiParameter.Query("after", _ => Schema.Text("Where the page begins. Use the path in next of the page before.")),
            ApiParameter.Query("limit", _ =>
            {
                var limit = Schema.Whole("The maximum number of items.", 1, maxLimit);
                limit["default"] = RequestPage.DefaultLimit;
                return limit;
            }),
        ];
}
