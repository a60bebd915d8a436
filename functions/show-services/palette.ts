/**
 * Colours for the console's two themes: Okabe and Ito's, told apart with every kind of colour vision. Text is at least
 * 4.5 : 1 against the paper, what is filled is outlined in ink (a test computes both).
 */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly rule: string;
  readonly link: string;
  /** What fills shapes and bars. */
  readonly fill: {
    readonly spot: string;
    readonly onDemand: string;
    readonly bridge: string;
    readonly missing: string;
    readonly returned: string;
    readonly strategy: string;
    readonly deployment: string;
    readonly obstacle: string;
  };
  /** Text of how a service is. */
  readonly tone: {
    readonly calm: string;
    readonly acting: string;
    readonly barred: string;
    readonly obstacle: string;
  };
}

export type Theme = 'light' | 'dark';

const okabeIto = {
  orange: '#e69f00',
  skyBlue: '#56b4e9',
  green: '#009e73',
  yellow: '#f0e442',
  blue: '#0072b2',
  vermillion: '#d55e00',
  purple: '#cc79a7',
};

const fill = {
  spot: okabeIto.blue,
  onDemand: okabeIto.purple,
  bridge: okabeIto.orange,
  missing: okabeIto.vermillion,
  returned: okabeIto.green,
  strategy: okabeIto.purple,
  deployment: okabeIto.skyBlue,
  obstacle: okabeIto.yellow,
};

export const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    paper: '#ffffff',
    ink: '#16191f',
    faint: '#545b64',
    rule: '#d5dbdb',
    link: '#0058a3',
    fill,
    tone: { calm: '#00664f', acting: '#0058a3', barred: '#6b5200', obstacle: '#a33b00' },
  },
  dark: {
    paper: '#161d26',
    ink: '#f2f3f3',
    faint: '#a9b4c0',
    rule: '#414d5c',
    link: '#7cc4f5',
    // The other blue for what covers areas: it stands out here.
    fill: { ...fill, spot: okabeIto.skyBlue, deployment: okabeIto.blue },
    tone: { calm: '#4cc9a4', acting: '#7cc4f5', barred: '#e6c34a', obstacle: '#ff9a5c' },
  },
};
